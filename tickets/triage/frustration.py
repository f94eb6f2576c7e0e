"""
How fed up is the requester? Points for what happened, and a few for words; each with its reason.

Words alone are right only half of the time, so they never suffice: facts weigh more. The points order a list for agents.
Requesters never see them, and no report reads them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

UPSET = 3
_MOST_OF_WORDS = 2
_CAPITALS = re.compile(r"\b[A-ZÄÖÜ]{4,}\b")
_SHOUTING = 4  # words in capitals: product names and abbreviations come in ones and twos
_MOST_READ = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What happened on a ticket."""

    reopened: int = 0
    breached: bool = False
    unanswered: int = 0  # messages of the requester since the last answer
    hops: int = 0  # times it was moved
    same_matter: int = 0  # earlier tickets of the last days about the same


@dataclass(frozen=True, slots=True)
class Reason:
    """Points, what for, and how often or by which words."""

    kind: str
    points: int
    detail: str = ""


def weigh(facts: Facts, text: str, phrases: Iterable[str]) -> list[Reason]:
    """Give the reasons to think that the requester is upset, the weightiest first."""
    found = [
        Reason("reopened", 2 * min(facts.reopened, 2), str(facts.reopened)) if facts.reopened else None,
        Reason("breached", 2) if facts.breached else None,
        Reason("unanswered", min(facts.unanswered, 4) - 1, str(facts.unanswered)) if facts.unanswered > 1 else None,
        Reason("same_matter", 2, str(facts.same_matter)) if facts.same_matter else None,
        Reason("hops", 1, str(facts.hops)) if facts.hops > 1 else None,
        _words(text[:_MOST_READ], phrases),
    ]
    return sorted((reason for reason in found if reason is not None), key=lambda reason: -reason.points)


def _words(text: str, phrases: Iterable[str]) -> Reason | None:
    said = " ".join(text.lower().split())
    heard = [phrase for phrase in phrases if phrase.lower() in said]
    points = len(heard) + (len(_CAPITALS.findall(text)) >= _SHOUTING) + ("!!" in text)
    return Reason("words", min(points, _MOST_OF_WORDS), ", ".join(heard[:3])) if points else None
