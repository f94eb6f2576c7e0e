"""Invitations in a mail: what, when, where and with whom, in words."""

import re
from collections.abc import Iterator
from datetime import date, datetime

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext, gettext_lazy

from channels_intake.email import charsets, limits
from channels_intake.email.parts import Part
from channels_intake.email.transfer import decoded
from channels_intake.email.words import one_line

_TYPES = frozenset({"text/calendar", "application/ics", "text/x-vcalendar", "application/calendar"})
# Their rules may be written to be counted for ever; the usual names of zones need none.
_ZONES = re.compile(r"^BEGIN:VTIMEZONE[ \t]*$.*?^END:VTIMEZONE[ \t]*$\n?", re.M | re.S | re.I)
_KINDS = {
    "REQUEST": gettext_lazy("Invitation"),
    "CANCEL": gettext_lazy("Cancelled appointment"),
    "REPLY": gettext_lazy("Answer to an invitation"),
    "COUNTER": gettext_lazy("Proposal for another time"),
}
_ANSWERS = {
    "ACCEPTED": gettext_lazy("accepted"),
    "DECLINED": gettext_lazy("declined"),
    "TENTATIVE": gettext_lazy("accepted tentatively"),
    "DELEGATED": gettext_lazy("delegated"),
}
_EVERY = {
    "DAILY": gettext_lazy("every day"),
    "WEEKLY": gettext_lazy("every week"),
    "MONTHLY": gettext_lazy("every month"),
    "YEARLY": gettext_lazy("every year"),
}
_SHOWN_PEOPLE = 20


def is_calendar(part: Part, name: str) -> bool:
    """Tell whether a part holds an appointment."""
    return part.content_type in _TYPES or name.lower().endswith((".ics", ".vcs"))


def read_calendar(part: Part) -> tuple[str, str]:
    """Return the title of the appointment in a part and its summary in the active language, or two empty texts."""
    if part.end - part.start > limits.CALENDAR_BYTES:
        return "", ""
    source = charsets.decode(decoded(part), part.parameters.get("charset", ""))
    source = _ZONES.sub("", source.replace("\r\n", "\n").replace("\r", "\n"))
    if source.count("\n") > limits.CALENDAR_LINES or "BEGIN:VCALENDAR" not in source.upper():
        return "", ""
    try:
        return _read(source, part.parameters.get("method", ""))
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError):  # broken; the file stays in any case
        return "", ""


def _read(source: str, method: str) -> tuple[str, str]:
    from icalendar import Calendar  # takes a tenth of a second, and few mails need it

    calendar = Calendar.from_ical(source)
    event = next((one for kind in ("VEVENT", "VTODO") for one in calendar.walk(kind)), None)
    if event is None:
        return "", ""
    title = one_line(str(event.get("summary", "")))[: limits.NAME_CHARS]
    method = str(calendar.get("method", method)).upper()
    if str(event.get("status", "")).upper() == "CANCELLED":
        method = "CANCEL"
    lines = [f"{_KINDS.get(method) or gettext('Appointment')}: {title}", *_facts(event, method)]
    description = str(event.get("description", "")).strip()
    return title, "\n".join(lines) + (f"\n\n{description}" if description else "")


def _facts(event: object, method: str) -> Iterator[str]:
    get = event.get  # type: ignore[attr-defined]
    if when := _when(event):
        yield f"{gettext('When')}: {when}"
    if rule := get("rrule"):
        yield f"{gettext('Repeats')}: {_repeats(rule if not isinstance(rule, list) else rule[0])}"
    if place := one_line(str(get("location", ""))):
        yield f"{gettext('Where')}: {place[:500]}"
    if organizer := get("organizer"):
        yield f"{gettext('Organizer')}: {_person(organizer)}"
    attendees = get("attendee") or []
    attendees = attendees if isinstance(attendees, list) else [attendees]
    if attendees:
        more = f" (+{len(attendees) - _SHOWN_PEOPLE})" if len(attendees) > _SHOWN_PEOPLE else ""
        people = "; ".join(_person(one, answer=method == "REPLY") for one in attendees[:_SHOWN_PEOPLE])
        yield f"{gettext('Participants')}: {people}{more}"


def _when(event: object) -> str:
    start, end = (_moment(event, name) for name in ("dtstart", "dtend"))
    if start is None:
        start, end = _moment(event, "due"), None
    if start is None:
        return ""
    zone = _zone(event, start)
    if end is None or end == start:
        return _worded(start) + zone
    if not isinstance(start, datetime):
        last = end.toordinal() - 1
        return _worded(start) if last <= start.toordinal() else f"{_worded(start)} – {_worded(date.fromordinal(last))}"
    if isinstance(end, datetime) and end.date() == start.date():
        return f"{_worded(start)} – {format_date(end, 'H:i')}{zone}"
    return f"{_worded(start)} – {_worded(end)}{zone}"


def _moment(event: object, name: str) -> date | None:
    try:
        value = event.decoded(name)  # type: ignore[attr-defined]
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return value if isinstance(value, date) else None


def _zone(event: object, start: date) -> str:
    if not isinstance(start, datetime):
        return ""
    named = event["dtstart"].params.get("TZID", "") if "dtstart" in event else ""  # type: ignore[index, operator]
    known = getattr(start.tzinfo, "key", "") or (start.tzname() if start.tzinfo else "")
    return f" ({one_line(str(known or named))[:80]})" if known or named else ""


def _worded(moment: date) -> str:
    return format_date(moment, "D, j. F Y, H:i" if isinstance(moment, datetime) else "D, j. F Y")


def _repeats(rule: object) -> str:
    """Word the rules people make by hand; show the others as they stand."""
    parts = {key.upper(): value for key, value in rule.items()}  # type: ignore[attr-defined]
    frequency = str(parts.get("FREQ", [""])[0])
    words = str(_EVERY.get(frequency, ""))
    extra = set(parts) - {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
    if not words or parts.get("INTERVAL", [1]) != [1] or (extra and not (extra == {"BYDAY"} and frequency == "WEEKLY")):
        raw: str = rule.to_ical().decode()  # type: ignore[attr-defined]
        return raw[:300]
    if "BYDAY" in parts:
        words += f" ({', '.join(str(day) for day in parts['BYDAY'][:7])})"
    if "COUNT" in parts:
        words += ", " + gettext("%(number)s times") % {"number": parts["COUNT"][0]}
    if until := parts.get("UNTIL"):
        words += ", " + gettext("until %(day)s") % {"day": _worded(until[0])}
    return words


def _person(value: object, answer: bool = False) -> str:
    address = re.sub(r"^mailto:", "", one_line(str(value)), flags=re.I)[: limits.ADDRESS_CHARS]
    parameters = getattr(value, "params", {})
    name = one_line(str(parameters.get("CN", "")))[: limits.NAME_CHARS]
    person = f"{name} <{address}>" if name and name.lower() != address.lower() else address
    said = _ANSWERS.get(str(parameters.get("PARTSTAT", "")).upper()) if answer else None
    return f"{person} – {said}" if said else person
