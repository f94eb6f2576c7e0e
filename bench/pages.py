"""The pages that are measured, and what each may cost."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from bench.browsing import Ask

COMMON_WORD = "VPN"  # in 11 % of the tickets, in both languages
TEXT = "The VPN disconnects since this morning, a restart changed nothing. Error 7F3A22."


@dataclass(frozen=True)
class Goal:
    """The most a page may cost: CPU milliseconds of web and database where the goals were set, and beside the floor."""

    cpu: float | None = None
    ratio: float | None = None
    statements: float | None = None
    gzip_kb: float | None = None


@dataclass(frozen=True)
class Page:
    """A page, who asks for it and how."""

    name: str
    asks: Callable[[], Ask]
    goal: Goal
    by: str = "agents"


def pages(world: Mapping[str, Any]) -> list[Page]:
    """List the pages for the tickets that are there."""
    twenty, codes = cycle(world["twenty"]), cycle(world["codes"])
    replied, written = iter(world["reply"]), iter(reversed(world["reply"]))
    everything: list[Page] = [
        Page("floor", lambda: Ask("/bench/floor/", expect="<td>"), Goal()),
        Page(
            "list of a queue",
            lambda: Ask(f"/tickets/?queue={world['queue']}", expect="ticket"),
            Goal(18, 2.0, 8, 9),
        ),
        Page("ticket, 20 messages", lambda: Ask(f"/tickets/{next(twenty)}/", expect="</html>"), Goal(20, 2.2, 12)),
        Page(
            "search, common word",
            lambda: Ask(f"/tickets/search/?q={COMMON_WORD}", expect=COMMON_WORD),
            Goal(20, 2.2),
        ),
        Page("search, one hit", lambda: _one_hit(next(codes)), Goal(17, 2.0)),
        Page("start page", lambda: Ask("/start/", expect="</html>"), Goal(19, 2.2, 10)),
        Page("create by web form", lambda: _request(), Goal(20, None, 20), by="requesters"),
        Page("reply", lambda: _reply(replied), Goal(19, None, 20)),
        Page("reply with its thread", lambda: _reply(written, status=200, headers={"HX-Request": "true"}), Goal()),
    ]
    return everything


def _one_hit(code: int) -> Ask:
    return Ask(f"/tickets/search/?q=INC-CODE-{code}", expect=f"/tickets/{code}/")


def _request() -> Ask:
    form = {"subject": "VPN disconnects", "text": TEXT, "client_id": str(uuid.uuid4())}
    return Ask("/request/new/", form, status=302, expect="/requests/")


def _reply(tickets: Iterator[int], **more: Any) -> Ask:
    form = {"body": "Please sign out and in again.", "then": "keep", "client_id": str(uuid.uuid4())}
    return Ask(f"/tickets/{next(tickets)}/messages/", form, **{"status": 302, **more})
