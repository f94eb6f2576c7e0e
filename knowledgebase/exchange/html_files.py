"""An article's text as an HTML page for people, with its Markdown beside it for us."""

from html import escape
from html.parser import HTMLParser

from knowledgebase.exchange.from_html import to_markdown
from knowledgebase.exchange.rows import COLUMNS, FACTS, LONG, Raw, Values, tidy
from knowledgebase.rendering import render

_PREFIX = "article:"
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


def write(row: Values) -> str:
    """Write one text as a page."""
    facts = "\n".join(
        f'<meta name="{_PREFIX}{name}" content="{escape(row[name])}">' for name in (*FACTS, "keywords") if row.get(name)
    )
    parts = "\n".join(
        f'<section data-field="{name}" data-markdown="{_attribute(row[name])}">\n{render(row[name])}</section>'
        for name in LONG
        if row.get(name)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(row["language"])}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(row['title'])}</title>\n{facts}\n</head>\n<body>\n<h1>{escape(row['title'])}</h1>\n{parts}\n"
        "</body>\n</html>\n"
    )


def read(text: str, file: str) -> Raw:
    """Read one page; without our sections, everything in it are the steps."""
    page = _Page()
    page.feed(text)
    page.close()
    raw = Raw(dict(page.facts), file)
    raw.values.setdefault("title", tidy(page.headings.get("title") or page.headings.get("h1", "")))
    raw.lines = dict(page.lines)
    for name, (markdown, html) in page.sections.items():
        # Somebody may have changed the page and left our Markdown: then the page counts.
        unchanged = markdown is not None and _alike(render(markdown)) == _alike(html)
        raw.values[name] = tidy(markdown or "") if unchanged else to_markdown(html)
    if not page.sections:
        raw.values["steps"] = to_markdown(page.body)
    if not raw.values.get("language") and page.language:
        raw.values["language"] = page.language
    return raw


def _alike(html: str) -> str:
    """Write what is the same in HTML in the same way."""
    return html.replace("&nbsp;", "\xa0").strip()


def _attribute(text: str) -> str:
    return escape(text).replace("\n", "&#10;").replace("\t", "&#9;")


class _Page(HTMLParser):
    """Takes a page apart: facts, headings, our sections as they stand."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.facts: Values = {}
        self.headings: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.sections: dict[str, tuple[str | None, str]] = {}
        self.body, self.language = "", ""
        self._heading, self._in_body = "", False
        self._section, self._markdown, self._depth = "", None, 0  # type: str, str | None, int

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "").removeprefix(_PREFIX)
        if tag == "html":
            self.language = given.get("lang", "")[:2].lower()
        elif tag == "meta" and given.get("name", "").startswith(_PREFIX) and name in COLUMNS:
            self.facts[name] = tidy(given.get("content", ""))
            self.lines[name] = self.getpos()[0]
        elif tag == "body":
            self._in_body = True
            return
        if tag in ("title", "h1") and tag not in self.headings and not self._section:
            self._heading = tag
            self.headings[tag] = ""
            return
        if self._section:
            self._depth += tag == "section"
            self._keep(self.get_starttag_text() or "")
        elif tag == "section" and given.get("data-field") in LONG:
            self._section, self._depth = given["data-field"], 0
            self._markdown = given.get("data-markdown")
            self.sections[self._section] = (self._markdown, "")
            self.lines[self._section] = self.getpos()[0]
        elif self._in_body:
            self._keep(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._heading:
            self._heading = ""
        elif self._section and tag == "section" and not self._depth:
            self._section = ""
        elif tag not in _VOID and tag != "body":
            self._depth -= bool(self._section) and tag == "section"
            self._keep(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._heading:
            self.headings[self._heading] += data
        elif self._section or self._in_body:
            self._keep(escape(data, quote=False).replace("'", "'"))

    def _keep(self, html: str) -> None:
        if self._section:
            markdown, before = self.sections[self._section]
            self.sections[self._section] = (markdown, before + html)
        elif self._in_body:
            self.body += html
