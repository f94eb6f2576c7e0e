"""The conversation of a ticket as it is read: messages and what happened between them, in order."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext

from helpdesk.lib import html
from tickets import parser_notes
from tickets.conversation_rows import INLINE_HTML, events_of, messages_of
from tickets.models import Clock, Event, Handover, Message, Ticket

_THUMBNAIL = 3_000_000
_ICONS = {
    "message/rfc822": "mail", "text/calendar": "calendar-event", "application/zip": "file-zip", "application/pdf": "file-text",
    "text/csv": "file-spreadsheet", "application/vnd.ms-excel": "file-spreadsheet", "application/pkcs7-signature": "certificate",
    "application/pgp-signature": "certificate", "application/x-pkcs7-signature": "certificate", "text/plain": "file-text",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "file-spreadsheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "file-text", "application/msword": "file-text",
}  # fmt: skip
_OWN_RICH = re.compile(r"<(table|img)\b", re.I)


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of a message, as its link needs it."""

    key: str
    name: str
    size: int
    content_type: str

    @property
    def is_picture(self) -> bool:
        """Tell whether it claims to be a picture; what it is, the download looks at."""
        return self.content_type.startswith("image/")

    @property
    def has_thumbnail(self) -> bool:
        """Tell whether it is a picture every browser paints, small enough to be shown beside its name."""
        return self.content_type in ("image/png", "image/jpeg", "image/gif", "image/webp") and self.size < _THUMBNAIL

    @property
    def is_mail(self) -> bool:
        """Tell whether it is a mail, which has a page to be read on."""
        return self.content_type == "message/rfc822" or self.name.lower().endswith(".eml")

    @property
    def is_calendar(self) -> bool:
        """Tell whether it holds an appointment."""
        return self.content_type == "text/calendar" or self.name.lower().endswith(".ics")

    @property
    def icon(self) -> str:
        """Name the icon for what it is."""
        if self.is_picture:
            return "photo"
        if self.is_mail or self.is_calendar:
            return "mail" if self.is_mail else "calendar-event"
        return _ICONS.get(self.content_type, "file")


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something that happened, in words."""

    at: datetime
    icon: str
    words: str
    by: str = ""
    is_bad: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A message as it is shown."""

    message: Message
    body: SafeString
    files: list[File] = field(default_factory=list)
    has_page: bool = False
    opens_page: bool = False
    has_more: bool = False
    has_original: bool = False
    is_new: bool = False
    tags: list[parser_notes.Tag] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """Tell when it was written."""
        return self.message.created_at


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Everything that was said and done on one ticket."""

    entries: list[Entry | Line]
    events: list[Event]
    newest_public: int
    notes: int


def read(ticket: Ticket, *, notes: bool) -> Conversation:
    """Read the conversation; `notes`: also what only staff may read."""
    messages = list(messages_of(ticket, notes=notes))
    events = list(events_of(ticket))
    waits = ticket.awaits_answer
    entries: list[Entry | Line] = [
        _entry(message, is_new=waits and _is_after(message, ticket.last_agent_at)) for message in messages
    ]
    entries += [line for event in events if (line := _line(event)) is not None]
    entries.sort(key=lambda entry: entry.at)
    return Conversation(
        entries=entries,
        events=events,
        newest_public=max((m.pk for m in messages if not m.is_note), default=0),
        notes=sum(m.is_note for m in messages),
    )


def _is_after(message: Message, moment: datetime | None) -> bool:
    return not message.is_from_staff and (moment is None or message.created_at > moment)


def _entry(message: Any, *, is_new: bool) -> Entry:
    own = message.own_html
    if own and len(own) <= INLINE_HTML and not _OWN_RICH.search(own):
        body, page = html.clean_fragment(own), 0
    else:
        body, page = html.from_text(message.text), message.page
    return Entry(
        message=message,
        body=body,
        files=[
            File(key=file["key"], name=file["name"], size=file["size"], content_type=file["content_type"])
            for file in message.files
            if not (file["inline"] and page)
        ],
        has_page=page > 0,
        opens_page=page > 1,
        has_more=message.has_full,
        has_original=message.has_original,
        is_new=is_new,
        tags=parser_notes.tags(message.notes),
        left_out=parser_notes.sentences(message.notes),
    )


def _line(event: Any) -> Line | None:
    told = _WORDS.get(event.kind)
    if told is None:
        return None
    icon, say = told
    words = say(event)
    by = event.by.display_name if event.by else ""
    return Line(at=event.at, icon=icon, words=words, by=by, is_bad=event.kind == Event.Kind.BREACHED)


def _assigned(event: Any) -> str:
    name = {"name": event.facts.get("name", "")}
    if event.facts.get("reason") == "away":
        return gettext("The ticket went back to its queue, because %(name)s is away") % name
    if event.facts.get("reason") == "deputy":
        return gettext("took the ticket over as deputy of %(name)s") % name
    if event.facts.get("target") is None:
        return gettext("gave the ticket back to the queue")
    if event.by_id == event.facts["target"]:
        return gettext("took the ticket")
    return gettext("assigned the ticket to %(name)s") % {"name": event.target_name}


def _moved(event: Any) -> str:
    words = gettext("moved the ticket to %(queue)s") % {"queue": event.target_name}
    return _with(words, event.facts.get("reason", ""))


def _escalated(event: Any) -> str:
    words = gettext("handed over to %(queue)s") % {"queue": event.target_name}
    return _with(words, _reason(event.facts.get("reason", "")))


def _accepted(event: Any) -> str:
    return gettext("accepted the hand-over")


def _returned(event: Any) -> str:
    why = dict(Handover.Return.choices).get(event.facts.get("code", ""), "")
    words = gettext("returned the hand-over to %(queue)s") % {"queue": event.target_name}
    return _with(_with(words, str(why)), event.facts.get("reason", ""))


def _given_back(event: Any) -> str:
    if event.facts.get("outcome") == Handover.Outcome.SOLUTION_BACK:
        words = gettext("gave it back to %(queue)s with the solution") % {"queue": event.target_name}
    else:
        words = gettext("gave it back to %(queue)s without a solution") % {"queue": event.target_name}
    return _with(words, event.facts.get("reason", ""))


def _prioritised(event: Any) -> str:
    try:
        name = str(Ticket.Priority(event.facts.get("target")).label)
    except ValueError:
        name = ""
    return _with(gettext("set the priority to %(name)s") % {"name": name}, event.facts.get("reason", ""))


def _classified(event: Any) -> str:
    origin, target = event.facts.get("origin", {}), event.facts.get("target", {})
    said = []
    if origin.get("kind") != target.get("kind"):
        kind = str(dict(Ticket.Kind.choices).get(target.get("kind"), ""))
        said.append(gettext("set the type to %(name)s") % {"name": kind})
    if origin.get("category") != target.get("category"):
        name = event.target_name
        said.append(
            gettext("set the category to %(name)s") % {"name": name} if name else gettext("took the category away")
        )
    reason = event.facts.get("reason", "")
    reasons = {
        "solution": gettext("as the solution that was used"),
        "topic": gettext("as the topic that was chosen"),
    }
    return _with(", ".join(said), reasons.get(reason, reason))


def _held(event: Any) -> str:
    state = event.facts.get("state", "")
    if state == Ticket.State.PENDING_CUSTOMER:
        return gettext("waits for the requester")
    if state == Ticket.State.PENDING_THIRD:
        return gettext("waits for a third party")
    return gettext("set a reminder")


def _voided(event: Any) -> str:
    reason = dict(Ticket.VoidReason.choices).get(event.facts.get("reason", ""), "")
    words = _with(gettext("set the ticket aside"), str(reason))
    if target := event.facts.get("target"):
        words = f"{words} → #{target}"
    if address := event.facts.get("blocked"):
        words = _with(words, gettext("mail of %(address)s is refused from now on") % {"address": address})
    return words


def _resumed(event: Any) -> str:
    if event.facts.get("reason") == "not_spam":
        return gettext("said that it is no spam")
    return gettext("took the work up again")


def _breached(event: Any) -> str:
    return gettext("Deadline missed: %(metric)s") % {"metric": _metric(event.facts.get("metric", event.metric or ""))}


def _tried(event: Any) -> str:
    title, outcome = event.facts.get("title", ""), event.facts.get("outcome", "")
    said = {
        "worked": gettext("solution “%(title)s” worked"),
        "partly": gettext("solution “%(title)s” worked partly"),
        "failed": gettext("solution “%(title)s” did not work"),
        "na": gettext("solution “%(title)s” did not apply"),
    }
    if event.facts.get("automatic"):
        return gettext("the solution “%(title)s” was sent automatically") % {"title": title}
    return (said.get(outcome) or gettext("tried the solution “%(title)s”")) % {"title": title}


def _callback(event: Any) -> str:
    if event.facts.get("withdrawn"):
        return _with(gettext("withdrew the promise to call back"), event.facts.get("words", ""))
    until = parse_datetime(str(event.facts.get("until") or ""))
    moment = date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT") if until else ""
    return _with(gettext("promised a call back by %(moment)s") % {"moment": moment}, event.facts.get("words", ""))


def _called_back(event: Any) -> str:
    return gettext("called back, later than promised") if event.facts.get("late") else gettext("called back")


def _warned(event: Any) -> str:
    return gettext("Deadline near: %(metric)s") % {"metric": _metric(event.facts.get("metric", event.metric or ""))}


def _triaged(event: Any) -> str:
    facts = event.facts
    if "stopped" in facts:
        words = gettext("The model was wrong too often; it only suggests from now on: %(name)s")
        return words % {"name": facts.get("name", "")}
    told = {"version": facts.get("version", ""), "percent": facts.get("percent", "")}
    if facts.get("subject") == "queue":
        words = gettext("moved by model %(version)s, %(percent)s %% sure") % told
    else:
        words = gettext("model %(version)s chose an answer, %(percent)s %% sure") % told
    quoted = [gettext("“%(word)s”") % {"word": word} for word in facts.get("words", [])[:3]]
    return _with(words, ", ".join([*quoted, *(f"#{number}" for number in facts.get("like", [])[:3])]))


def _closed(event: Any) -> str:
    why = event.facts.get("why", "")
    if why == "confirmed":
        return gettext("confirmed that it helped")
    if why == "timeout":
        return gettext("Closed, nobody objected")
    return gettext("closed the ticket")


_WORDS: dict[str, tuple[str, Any]] = {
    "assigned": ("user-check", _assigned),
    "routed": ("arrows-exchange", _moved),
    "escalated": ("stairs-up", _escalated),
    "accepted": ("hand-stop", _accepted),
    "returned": ("corner-down-left", _returned),
    "withdrawn": ("arrow-back-up", lambda event: gettext("withdrew the hand-over")),
    "given_back": ("arrow-back-up", _given_back),
    "lead_called": ("urgent", lambda event: _with(gettext("called a lead"), event.facts.get("reason", ""))),
    "lead_replied": ("user-check", lambda event: _with(gettext("answered the call"), event.facts.get("reason", ""))),
    "prioritised": ("flag", _prioritised),
    "classified": ("tag", _classified),
    "held": ("player-pause", _held),
    "resumed": ("player-play", _resumed),
    "resolved": ("circle-check", lambda event: gettext("resolved the ticket")),
    "reopened": ("arrow-back-up", lambda event: gettext("opened the ticket again")),
    "closed": ("archive", _closed),
    "joined": ("user-plus", lambda event: gettext("let %(name)s take part") % {"name": event.facts.get("name", "")}),
    "left": ("user-x", lambda event: gettext("%(name)s takes part no more") % {"name": event.facts.get("name", "")}),
    "voided": ("ban", _voided),
    "warned": ("alarm", _warned),
    "callback": ("phone-outgoing", _callback),
    "called_back": ("phone-call", _called_back),
    "breached": ("alert-triangle", _breached),
    "tried": ("bulb", _tried),
    "triaged": ("bulb", _triaged),
}


def _reason(reason: str) -> str:
    if reason.startswith("clock:"):
        return gettext("deadline missed: %(metric)s") % {"metric": _metric(reason.removeprefix("clock:"))}
    return reason


def _metric(metric: str) -> str:
    return str(dict(Clock.Metric.choices).get(metric, metric))


def _with(words: str, reason: str) -> str:
    return f"{words}: {Truncator(reason).chars(90)}" if reason else words
