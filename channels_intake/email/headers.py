"""Subject, ids, dates and the other headers an Envelope carries."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from channels_intake.email import limits
from channels_intake.email.parts import Part
from channels_intake.email.words import decode_words, one_line

_ID = re.compile(r"<([^<>]{1,998})>")
_BARE_ID = re.compile(r"[^\s<>,;]+@[^\s<>,;]+")


_MOST, _LONGEST = 200, 1_000


def headers_of(part: Part, fallback: str = "") -> tuple[tuple[str, str], ...]:
    """List the headers as decoded lines of bounded length, for those who write rules about them."""
    return tuple((name, _line(value[:_LONGEST], fallback)) for name, value in part.headers[:_MOST])


def _line(value: bytes, fallback: str) -> str:
    if value.isascii() and b"=?" not in value:
        return " ".join(value.decode("ascii").replace("\0", "").split())
    return one_line(decode_words(value, fallback))[:_LONGEST]


def text_of(part: Part, name: str, fallback: str = "") -> str:
    """Return the first header of that name as one decoded line."""
    return one_line(decode_words(part.first(name), fallback))


def subject_of(part: Part, fallback: str = "") -> str:
    """Return the subject as one line of bounded length; the first that is not empty counts."""
    for raw in part.all("subject") or part.all("thread-topic"):
        if text := one_line(decode_words(raw[: limits.SUBJECT_CHARS * 40], fallback)):
            return text[: limits.SUBJECT_CHARS]
    return ""


def message_id_of(part: Part) -> str:
    """Return the Message-ID without angle brackets, or ""."""
    for raw in part.all("message-id"):
        if ids := ids_in(raw):
            return ids[0]
        if bare := re.sub(r"\s", "", raw.decode("utf-8", "replace")).strip("<>"):
            return _printable(bare)[: limits.MESSAGE_ID_CHARS]
    return ""


def ids_in(raw: bytes) -> list[str]:
    """List the message ids of a References or In-Reply-To header, in order."""
    text = raw.decode("utf-8", "replace")
    ids = [_printable("".join(match.split())) for match in _ID.findall(text)]
    ids = [one for one in ids if one] or [_printable(bare) for bare in _BARE_ID.findall(text[:5_000])]
    ids = [one for one in dict.fromkeys(ids) if one and len(one) <= limits.MESSAGE_ID_CHARS]
    return ids if len(ids) <= limits.REFERENCES else [*ids[:1], *ids[1 - limits.REFERENCES :]]


def sent_at_of(part: Part) -> datetime | None:
    """Return when the mail says it was sent, in UTC; it may lie in the future."""
    for raw in part.all("date"):
        text = one_line(raw[:200].decode("utf-8", "replace"))
        for attempt in (text, re.sub(r"\(.*", "", text), re.sub(r"^\w+,?\s+(?=\d)", "", text)):
            try:
                moment = parsedate_to_datetime(attempt)
                moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
            except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
                continue
            return moment if 1980 <= moment.year <= 2200 else None
    return None


def language_of(part: Part) -> str:
    """Return the two or three letters of the language the sender's program names, or ""."""
    for name in ("content-language", "accept-language", "x-accept-language"):
        match = re.match(r"\s*([A-Za-z]{2,3})(?:[-_,;\s]|$)", part.first(name).decode("ascii", "ignore"))
        if match:
            return match[1].lower()
    return ""


def null_sender(part: Part) -> bool:
    """Tell whether the mail came with the empty return path of a delivery status notification."""
    return any(raw.strip().replace(b" ", b"") in (b"<>", b'<"">') for raw in part.all("return-path"))


def _printable(text: str) -> str:
    return re.sub(r"[\x00-\x20\x7f<>]", "", text)
