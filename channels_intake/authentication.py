"""What our own mail server found out about a sender; nobody else's word counts."""

import re
from collections.abc import Iterable

from django.conf import settings

_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def dmarc(results: Iterable[str], from_address: str) -> str:
    """
    Give the DMARC verdict of our own server on the domain of `From`: "pass", "fail", ... or "" if there is none.

    Only the topmost `Authentication-Results` of the server named in the settings is read: others came with the mail.
    """
    ours = settings.MAIL_AUTHSERV_ID.lower()
    if not ours:
        return ""
    for header in results:
        server, _, verdicts = _plain(header).partition(";")
        if server.split()[:1] == [ours]:
            return _verdict(verdicts, from_address.rpartition("@")[2].lower())
    return ""


def _verdict(verdicts: str, domain: str) -> str:
    found = [words for part in verdicts.split(";") if (words := part.split()) and words[0].startswith("dmarc=")]
    if len(found) != 1:
        return ""  # none, or a second one that somebody smuggled in
    judged = [word.partition("=")[2] for word in found[0] if word.startswith("header.from=")]
    if any(name.rpartition("@")[2] != domain for name in judged):
        return ""
    return found[0][0].partition("=")[2]


def _plain(header: str) -> str:
    """Take comments and quoted words out, in which anything could stand."""
    text = _QUOTED.sub("quoted", header[:4_000].lower())
    for _ in range(10):
        shorter = _COMMENT.sub(" ", text)
        if shorter == text:
            break
        text = shorter
    return re.sub(r"\s*=\s*", "=", text)
