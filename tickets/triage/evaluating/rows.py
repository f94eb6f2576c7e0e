"""The files to measure with: JSON lines, also gzipped; every line is checked before anything is loaded."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

LANGUAGES = ("de", "en")
PRIORITIES = {"very_low": 1, "low": 1, "medium": 2, "normal": 2, "high": 3, "critical": 4}


class BadRow(Exception):
    """A line is not of the format; the message says which and why."""


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """A text of an article; texts whose ids differ in the language at their end are one article."""

    id: str
    title: str
    body: str
    language: str

    @property
    def article(self) -> str:
        """Name the article, whatever language the text is in."""
        return article_of(self.id)


@dataclass(frozen=True, slots=True)
class SolvedRow:
    """A solved ticket; `articles` solved it, `is_read` with none of them says that no article fits."""

    id: str
    subject: str
    body: str
    articles: tuple[str, ...]
    is_read: bool
    queue: str | None
    priority: str | None
    ts: float | None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request to answer."""

    id: str
    subject: str
    body: str


Row = TypeVar("Row", ArticleRow, SolvedRow, RequestRow)


def article_of(text_id: str) -> str:
    """Cut the language off the id of a text."""
    return text_id[:-3] if text_id.endswith(("-de", "-en")) else text_id


def read_articles(path: Path) -> list[ArticleRow]:
    """
    Read texts of articles.

    :raises BadRow: if a line is wrong or an id occurs twice.
    """
    return _unique(path, _article)


def read_solved(path: Path) -> list[SolvedRow]:
    """
    Read solved tickets, oldest first where they say when they came.

    :raises BadRow: if a line is wrong or an id occurs twice.
    """
    found = _unique(path, _solved)
    if all(row.ts is not None for row in found):
        found.sort(key=lambda row: row.ts or 0.0)
    return found


def read_requests(path: Path) -> list[RequestRow]:
    """
    Read requests.

    :raises BadRow: if a line is wrong or an id occurs twice.
    """
    return _unique(path, _request)


def _unique(path: Path, make: Callable[[dict[str, Any]], Row]) -> list[Row]:
    found: dict[str, Row] = {}
    for number, line in _lines(path):
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise BadRow("not an object")
            made = make(row)
        except (BadRow, json.JSONDecodeError) as error:
            raise BadRow(f"{path}, line {number}: {error}") from None
        if made.id in found:
            raise BadRow(f"{path}, line {number}: the id {made.id} occurs twice")
        found[made.id] = made
    return list(found.values())


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadRow(f"{path} can't be read: {error}") from None


def _article(row: dict[str, Any]) -> ArticleRow:
    language = _text(row, "language")
    if language not in LANGUAGES:
        raise BadRow(f'"language" is {language!r}, not one of {", ".join(LANGUAGES)}')
    if not _text(row, "title").strip():
        raise BadRow('"title" is empty')
    return ArticleRow(_id(row), _text(row, "title"), _text(row, "body", ""), language)


def _solved(row: dict[str, Any]) -> SolvedRow:
    several, one = row.get("article_ids"), row.get("article_id")
    articles = several if several is not None else [one] if one else []
    if not isinstance(articles, list) or not all(isinstance(name, str) for name in articles):
        raise BadRow('"article_ids" is not a list of ids')
    priority, ts = row.get("priority"), row.get("ts")
    if priority is not None and priority not in PRIORITIES:
        raise BadRow(f'"priority" is {priority!r}, not one of {", ".join(PRIORITIES)}')
    if ts is not None and (not isinstance(ts, int | float) or isinstance(ts, bool)):
        raise BadRow('"ts" is not a number')
    queue = row.get("queue")
    if queue is not None and not isinstance(queue, str):
        raise BadRow('"queue" is not a text')
    named = tuple(dict.fromkeys(articles))
    return SolvedRow(
        _id(row), _text(row, "subject", ""), _text(row, "body", ""), named,
        bool(named) or row.get("no_article") is True, queue, priority, ts,
    )  # fmt: skip


def _request(row: dict[str, Any]) -> RequestRow:
    return RequestRow(_id(row), _text(row, "subject", ""), _text(row, "body", ""))


def _id(row: dict[str, Any]) -> str:
    if not (name := _text(row, "id")):
        raise BadRow('"id" is empty')
    return name


def _text(row: dict[str, Any], name: str, default: str | None = None) -> str:
    value = row.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise BadRow(f'"{name}" is missing' if value is None else f'"{name}" is not a text')
    return value.replace("\0", "")
