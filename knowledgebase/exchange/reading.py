"""Reading a file that somebody brought: an archive of Markdown or HTML, one such page, or a table."""

from django.utils.translation import gettext

from knowledgebase.exchange import csv_files, html_files, markdown_files
from knowledgebase.exchange.archives import BadArchive, unpack
from knowledgebase.exchange.rows import Raw

LARGEST_UPLOAD = 10_000_000
MOST_ROWS = 5_000


class Unreadable(Exception):
    """The file as a whole cannot be read; the words say why."""


def read(name: str, data: bytes) -> list[Raw]:
    """
    Read every text in it, unchecked.

    :raises Unreadable: if it is too large or nothing we know.
    """
    if len(data) > LARGEST_UPLOAD:
        raise Unreadable(gettext("The file is larger than 10 MB."))
    if data[:2] == b"PK":
        try:
            raws = [_page(inside, content, why) for inside, content, why in unpack(data)]
        except BadArchive as bad:
            raise Unreadable(str(bad)) from bad
    elif name.lower().endswith((".md", ".markdown", ".html", ".htm")):
        raws = [_page(name, data, "")]
    elif name.lower().endswith((".csv", ".txt")):
        text = _text(data)
        if text is None:
            raise Unreadable(gettext("The table is not written in UTF-8."))
        raws = csv_files.read(text, name)
    else:
        raise Unreadable(gettext("Bring a zip archive of Markdown or HTML files, or a CSV table."))
    if len(raws) > MOST_ROWS:
        raise Unreadable(gettext("The file holds more than %(most)s texts.") % {"most": MOST_ROWS})
    return raws


def _page(name: str, data: bytes | None, why: str) -> Raw:
    if data is None:
        return Raw({}, name, problem=why)
    text = _text(data)
    if text is None:
        return Raw({}, name, problem=gettext("It is not written in UTF-8."))
    if name.lower().endswith((".md", ".markdown")):
        return markdown_files.read(text, name)
    if name.lower().endswith((".html", ".htm")):
        return html_files.read(text, name)
    return Raw({}, name, problem=gettext("Only Markdown and HTML files are read."))


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
