"""HTML of other products as Markdown: paragraphs, headings, lists, links, tables, code; all else is its text."""

import re
from html.parser import HTMLParser

_ESCAPED = re.compile(r"([\\`*_\[\]<>])")
_LEADING = re.compile(r"^(\s*)(#{1,6}\s|[-+]\s|={3,}|-{3,})", re.MULTILINE)
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)]\s)", re.MULTILINE)
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math", "iframe", "object"})
_BLOCKS = frozenset({"p", "div", "section", "article", "header", "footer", "main", "table", "figure", "dl", "dd", "dt"})
_INLINE = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "del": "~~"}
_SAFE = ("http://", "https://", "mailto:", "tel:")
_LONGEST = 400_000


def to_markdown(html: str) -> str:
    """Write HTML as Markdown; scripts and styles are left out."""
    writer = _Writer()
    writer.feed(html[:_LONGEST])
    writer.close()
    text = "\n".join(line.rstrip() for line in "".join(writer.out).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.lists: list[int | None] = []
        self.hrefs: list[str] = []
        self.silent = self.code = 0
        self.cells: list[str] | None = None
        self.is_first_row = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _SILENT:
            self.silent += 1
        elif tag in _INLINE:
            self.out.append(_INLINE[tag])
        elif tag == "br":
            self.out.append("\\\n" if not self.code else "\n")
        elif tag == "hr":
            self.out.append("\n\n---\n\n")
        elif tag[:1] == "h" and tag[1:].isdigit():
            self.out.append(f"\n\n{'#' * min(6, int(tag[1:]))} ")
        elif tag in ("ul", "ol"):
            self.out.append("\n" if self.lists else "\n\n")
            start = given.get("start") or "1"
            self.lists.append((int(start) if start.isdecimal() else 1) if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "pre":
            self.code += 1
            self.out.append("\n\n```\n")
        elif tag == "code" and not self.code:
            self.out.append("`")
        elif tag == "a":
            self.hrefs.append((given.get("href") or "").strip())
            self.out.append("[" if self._is_link() else "")
        elif tag == "tr":
            self.out.append("\n|")
        elif tag in ("td", "th"):
            self.out.append(" ")
        elif tag in _BLOCKS and not self.lists:
            self.is_first_row = tag == "table"
            self.out.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _INLINE:
            self.out.append(_INLINE[tag])
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
            self.out.append("" if self.lists else "\n\n")
        elif tag == "pre" and self.code:
            self.code -= 1
            self.out.append("\n```\n\n")
        elif tag == "code" and not self.code:
            self.out.append("`")
        elif tag == "a" and self.hrefs:
            self.out.append(f"]({self._href()})" if self._is_link() else "")
            self.hrefs.pop()
        elif tag in ("td", "th"):
            self.out.append(" |")
        elif tag == "tr" and self.is_first_row:
            row = "".join(self.out).rpartition("\n")[2]
            self.out.append("\n|" + " --- |" * max(1, row.count("|") - 1))
            self.is_first_row = False
        elif (tag in _BLOCKS and not self.lists) or (tag[:1] == "h" and tag[1:].isdigit()):
            self.out.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        if self.code:
            self.out.append(data)
            return
        text = re.sub(r"\s+", " ", data)
        if text == " " and (not self.out or self.out[-1].endswith(("\n", " "))):
            return
        begins = not self.out or "".join(self.out[-2:]).endswith("\n")
        text = _ESCAPED.sub(r"\\\1", text.lstrip() if begins else text)
        self.out.append(_NUMBERED.sub(r"\1\\\2", _LEADING.sub(r"\1\\\2", text)) if begins else text)

    def _item(self) -> None:
        depth = max(0, len(self.lists) - 1)
        number = self.lists[-1] if self.lists else None
        sign = "- " if number is None else f"{number}. "
        if self.lists and number is not None:
            self.lists[-1] = number + 1
        self.out.append(("" if not self.out or self.out[-1].endswith("\n") else "\n") + "   " * depth + sign)

    def _is_link(self) -> bool:
        return bool(self.hrefs) and self.hrefs[-1].lower().startswith(_SAFE)

    def _href(self) -> str:
        return self.hrefs[-1].replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("\\", "%5C")
