"""Writing what somebody may see as files."""

import re

from knowledgebase.exchange import csv_files, html_files, markdown_files
from knowledgebase.exchange.archives import pack
from knowledgebase.exchange.rows import Values, rows_of
from knowledgebase.models import ArticleQuerySet

# The file's ending and content type by format.
FORMATS = {
    "markdown": ("zip", "application/zip"),
    "html": ("zip", "application/zip"),
    "csv": ("csv", "text/csv; charset=utf-8"),
}


def export(articles: ArticleQuerySet, form: str) -> bytes:
    """Write these articles as "markdown", "html" or "csv"."""
    rows = list(rows_of(articles))
    if form == "csv":
        return csv_files.write(rows)
    write, ending = (html_files.write, "html") if form == "html" else (markdown_files.write, "md")
    return pack((f"{number:04}-{_name(row)}.{row['language']}.{ending}", write(row)) for number, row in _numbered(rows))


def _numbered(rows: list[Values]) -> list[tuple[int, Values]]:
    places: dict[str, int] = {}
    return [(places.setdefault(row["id"], len(places) + 1), row) for row in rows]


def _name(row: Values) -> str:
    return re.sub(r"[^a-z0-9]+", "-", row["id"].lower()).strip("-")[:60] or "article"
