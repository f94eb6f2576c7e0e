"""Why something became of a message: kept as a code with a detail, worded for whoever reads it."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop

_WORDS = {
    "repeated": gettext_noop("The same message arrived before (%(detail)s)."),
    "stranger": gettext_noop(
        "It refers to #%(detail)s, but its sender has no part in that ticket or proved no right to it."
    ),
    "done": gettext_noop("It refers to #%(detail)s, which is done for good."),
    "blocked": gettext_noop("The sender is blocked by the entry %(detail)s."),
    "rejected": gettext_noop("The rule “%(detail)s” refuses it."),
    "spam_rule": gettext_noop("Spam, by the rule “%(detail)s”."),
    "spam_header": gettext_noop("Spam, says our mail server."),
}


def coded(code: str, detail: object = "") -> str:
    """Give the form in which a reason is kept."""
    return f"{code}:{detail}"


def repeated(moment: datetime) -> str:
    """Say when the same message came before."""
    return coded("repeated", moment.isoformat(timespec="minutes"))


def worded(reason: str) -> str:
    """Word a reason in the reader's language; one without a code is a sentence, or what a program said."""
    code, colon, detail = reason.partition(":")
    if not colon or code not in _WORDS:
        return gettext(reason) if reason else ""
    if code == "repeated":
        detail = _moment(detail)
    return gettext(_WORDS[code]) % {"detail": detail}


def _moment(text: str) -> str:
    try:
        return date_format(timezone.localtime(datetime.fromisoformat(text)), "SHORT_DATETIME_FORMAT")
    except ValueError:
        return text
