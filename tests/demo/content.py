"""Read the demo content as plain data."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "helpdesk" / "demo"

Row = dict[str, Any]


def read(name: str) -> Row:
    """Return the content of one file."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


ARTICLES: list[Row] = read("articles")["articles"]
AGENTS: list[Row] = read("people")["agents"]
REQUESTERS: list[Row] = read("people")["requesters"]
QUEUES: list[Row] = read("queues")["queues"]
TOPICS: list[Row] = read("queues")["topics"]
CALENDAR: Row = read("queues")["calendar"]
SLA: list[Row] = read("queues")["sla"]
SNIPPETS: list[Row] = read("snippets")["snippets"]
STORIES: list[Row] = read("stories")["tickets"]
TICKETS: list[Row] = STORIES + read("everyday")["tickets"]


def keys(rows: list[Row]) -> set[str]:
    """Return the keys of some rows."""
    return {row["key"] for row in rows}


def texts() -> Iterator[str]:
    """Yield every text that somebody wrote in a ticket."""
    for ticket in TICKETS:
        yield ticket["text"]
        for step in ticket["steps"]:
            yield from (step[field] for field in ("text", "reason") if len(step.get(field, "").split()) > 1)
