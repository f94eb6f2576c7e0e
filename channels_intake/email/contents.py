"""Everything a mail says and carries, out of whatever it is packed in."""

from django.conf import settings
from django.utils.translation import gettext, override

from channels_intake.email import limits, rtf
from channels_intake.email.bodies import Body, html_as_text, read_body, settle_inline
from channels_intake.email.calendars import is_calendar, read_calendar
from channels_intake.email.files import given_name
from channels_intake.email.headers import language_of, subject_of, text_of
from channels_intake.email.parts import Part
from channels_intake.email.sealed import apology, is_encrypted, note_armour, open_signed
from channels_intake.email.structure import split_mail
from channels_intake.email.transfer import decoded
from channels_intake.email.winmail import unpack_winmail
from tickets.triage.language import language_of as language_in

_MAILS = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"})


def read_contents(root: Part, notes: list[str]) -> Body:
    """Read a mail's text and files; where it says nothing itself, what it carries is put into words."""
    open_signed(root, notes)
    body = read_body(root, notes)
    unpack_winmail(body, notes)
    if root.content_type == "multipart/report":
        body.files = [(part, inline) for part, inline in body.files if part.content_type not in _STATUS]
    _read_calendars(root, body, notes)
    if not body.text.strip():
        _read_rich_text(body)
    note_armour(body.text, notes)
    if not body.text.strip():
        with override(_language(root)):
            body.text = _forwarded(body) or (apology() if is_encrypted(notes) else "")
    settle_inline(body)
    return body


_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})


def _language(root: Part) -> str:
    """Choose the language for our own words: that of the sender's program, or of the subject."""
    named = language_of(root)
    if named in ("de", "en"):
        return named
    return language_in(subject_of(root), settings.LANGUAGE_CODE[:2])[0]


def _read_calendars(root: Part, body: Body, notes: list[str]) -> None:
    """Put an appointment into words if the mail has none; otherwise note that there is one."""
    for part, _ in body.files[: limits.FILES]:
        if not is_calendar(part, given_name(part)):
            continue
        with override(_language(root)):
            title, summary = read_calendar(part)
        if not summary:
            continue
        if body.text.strip():
            notes.append(f"invite:{title}")
        else:
            body.text = summary
        return


def _read_rich_text(body: Body) -> None:
    """Use rich text that was sent in the place of a text."""
    for part, inline in body.files[: limits.FILES]:
        if part.content_type in ("text/rtf", "application/rtf") and not given_name(part):
            words, is_html = rtf.to_words(decoded(part.beginning(limits.TEXT_BYTES)))
            body.html, body.text = (words, html_as_text(words, [])) if is_html else ("", words)
            body.files.remove((part, inline))
            return


def _forwarded(body: Body) -> str:
    """Return the text of the first attached mail, below its sender, date and subject."""
    part = next((part for part, _ in body.files if part.content_type in _MAILS), None)
    if part is None or part.end - part.start > limits.FILE_BYTES * 1.4:
        return ""
    inner, _ = split_mail(decoded(part))
    labels = {"from": gettext("From"), "date": gettext("Date"), "subject": gettext("Subject")}
    head = [f"{label}: {text}" for name, label in labels.items() if (text := text_of(inner, name)[:1_000])]
    return "\n".join([*head, "", read_body(inner, []).text]).strip("\n")
