"""HTML as readable text: paragraphs, lists, tables and links kept; linear in the input."""

import html
import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:_-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>")
_OPENING = re.compile(r"<(?=[A-Za-z/!?])")
_LOOSE_TOKEN = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:_-]*)([^<>]*+)>")
_ATTRIBUTE = re.compile(r"([A-Za-z_:][-A-Za-z0-9_:.]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = frozenset(
    {"script", "style", "head", "title", "noscript", "template", "svg", "math", "select", "object", "iframe"}
)
_BLOCK = frozenset(
    "address article aside center dd div dl dt fieldset figcaption figure footer form header hr li main nav "
    "ol p pre section table tbody tfoot thead tr ul h1 h2 h3 h4 h5 h6 blockquote body html caption".split()
)
_PARAGRAPH = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "pre", "blockquote"})
_QUOTE = re.compile(r"type\s*=\s*[\"']?cite|class\s*=\s*[\"']?[^\"'>]*quote|id\s*=\s*[\"']?[^\"'>]*quote", re.I)
_NUMBER = re.compile(r"\d{1,6}")
_SCHEME = re.compile(r"^(?:mailto:|tel:|https?://)?(?:www\.)?")
_MAX_CHARS = 1_000_000
_MAX_DEPTH = 20  # tables within tables whose rows are kept together
_MAX_PICTURES = 20


def to_text(source: str) -> str:
    """Return the readable text of an HTML document or fragment; cited blocks get "> " before each line."""
    return _Walker().read(source[:_MAX_CHARS])


@dataclass(slots=True)
class _Row:
    """A row of a table that is being read; its cells become one line if each of them is one."""

    depth: int  # of its table
    outside: list[str]  # the lines that the row is added to
    cells: list[list[str]] = field(default_factory=list)


@dataclass
class _Walker:
    lines: list[str] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    tables: list[bool] = field(default_factory=list)  # whether a row had several columns
    pictures: list[str] = field(default_factory=list)
    fresh_item: bool = False  # the line holds nothing but the mark of a list
    line: list[str] = field(default_factory=list)
    quotes: list[bool] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)
    hidden: str = ""
    hidden_depth: int = 0
    pre: int = 0
    href: str = ""
    anchor: list[str] = field(default_factory=list)
    in_anchor: bool = False
    space: bool = False

    def read(self, source: str) -> str:
        at, end, no_comment_end = 0, len(source), False
        while at < end:
            opening = _OPENING.search(source, at)
            if opening is None:
                self.text(source[at:])
                break
            start = opening.start()
            if start > at:
                self.text(source[at:start])
            if source.startswith("<!--", start):
                stop = -1 if no_comment_end else source.find("-->", start + 4)
                no_comment_end = stop < 0
                at = stop + 3 if stop >= 0 else self.skip_to(source, start)
            elif source.startswith(("<!", "<?"), start):
                at = self.skip_to(source, start)
            elif token := _TOKEN.match(source, start) or _LOOSE_TOKEN.match(source, start):
                self.tag(token[2].lower(), bool(token[1]), token[3])
                at = token.end()
            else:
                self.text("<")
                at = start + 1
        self.hidden = ""
        self.link(True, "")
        self.end_line()
        while self.rows:
            self.end_row()
        return _tidy(self.lines) or "\n".join(dict.fromkeys(self.pictures[:_MAX_PICTURES]))

    def skip_to(self, source: str, start: int) -> int:
        stop = source.find(">", start)
        return stop + 1 if stop >= 0 else len(source)

    def text(self, raw: str) -> None:
        if self.hidden:
            return
        text = html.unescape(raw) if "&" in raw else raw
        if self.pre:
            first, *rest = text.replace("\r", "").split("\n")
            self.put(first)
            for line in rest:
                self.end_line(keep_blank=True)
                self.put(line)
            return
        clean = _SPACE.sub(" ", text)
        if clean.startswith(" "):
            self.space = bool(self.line) and not self.fresh_item
        words = clean.strip(" ")
        if words:
            self.put((" " if self.space else "") + words)
            self.space = False
        if clean.endswith(" "):
            self.space = bool(self.line)

    def put(self, text: str) -> None:
        if text:
            self.line.append(text)
            self.fresh_item = False
            if self.in_anchor:
                self.anchor.append(text)

    def tag(self, name: str, closing: bool, attributes: str) -> None:
        if self.hidden:
            if name == self.hidden:
                self.hidden_depth += -1 if closing else 1
                if self.hidden_depth <= 0:
                    self.hidden = ""
            elif name == "body" and not closing:
                self.hidden = ""
            return
        if name in _HIDDEN:
            if not closing and not attributes.rstrip().endswith("/"):
                self.hidden, self.hidden_depth = name, 1
            return
        if name == "br":
            self.end_line(keep_blank=True)
        elif name == "a":
            self.link(closing, attributes)
        elif name == "img" and not closing:
            self.image(attributes)
        elif name in ("td", "th"):
            if not closing:
                self.cell()
        elif name in _BLOCK:
            self.block(name, closing, attributes)

    def block(self, name: str, closing: bool, attributes: str) -> None:
        if self.fresh_item and name in ("p", "div"):
            return
        self.end_line()
        if name == "blockquote" and closing and self.quotes:
            self.quotes.pop()
        if name in ("table", "tr"):
            self.table(name, closing)
        if name in _PARAGRAPH and not (name in ("ul", "ol", "p") and self.lists):
            self.blank()
        if name == "pre":
            self.pre = max(0, self.pre + (-1 if closing else 1))
        elif name == "hr":
            self.lines.append(self.prefix() + "________")
        elif name in ("ul", "ol"):
            if not closing:
                start = _attribute(attributes, "start") if name == "ol" else ""
                self.lists.append((int(start) - 1 if _NUMBER.fullmatch(start) else 0) if name == "ol" else None)
            elif self.lists:
                self.lists.pop()
        elif name == "li" and not closing:
            self.item()
        elif name == "blockquote" and not closing:
            self.quotes.append(bool(_QUOTE.search(attributes)))

    def item(self) -> None:
        indent = "  " * min(10, max(0, len(self.lists) - 1))
        if self.lists and (number := self.lists[-1]) is not None:
            self.lists[-1] = number + 1
            self.line.append(f"{indent}{number + 1}. ")
        else:
            self.line.append(f"{indent}- ")
        self.fresh_item = True

    def table(self, name: str, closing: bool) -> None:
        if name == "table" and not closing:
            self.tables.append(False)
            return
        while self.rows and self.rows[-1].depth >= len(self.tables):
            self.end_row()
        if name == "table" and self.tables:
            self.tables.pop()
        elif name == "tr" and not closing and self.tables and len(self.rows) < _MAX_DEPTH:
            self.rows.append(_Row(len(self.tables), self.lines))
            self.lines = []

    def cell(self) -> None:
        if not self.rows or self.rows[-1].depth != len(self.tables):  # a cell without a table
            if any(piece.strip() for piece in self.line):
                self.put("\t")
            self.space = False
            return
        self.end_line()
        row = self.rows[-1]
        if not row.cells:
            row.outside.extend(self.lines)
        row.cells.append([])
        self.lines = row.cells[-1]

    def end_row(self) -> None:
        """Add a row as one line, its cells apart by tabs, or one cell below the other if they are long."""
        self.end_line()
        row = self.rows.pop()
        loose = [] if row.cells else self.lines
        self.lines = row.outside
        filled = [[line for line in cell if line.strip("> ")] for cell in row.cells]
        columns = sum(bool(cell) for cell in filled)
        if any(len(cell) > 1 for cell in filled) or not (columns > 1 or (columns and self.tables and self.tables[-1])):
            self.lines.extend(line for cell in ([loose] if loose else row.cells) for line in cell)
            return
        if self.tables:
            self.tables[-1] = True
        prefix = self.prefix()
        texts = [cell[0].removeprefix(prefix) if cell else "" for cell in filled]
        self.lines.append(prefix + "\t".join(texts).rstrip())

    def link(self, closing: bool, attributes: str) -> None:
        if not closing:
            self.href, self.anchor, self.in_anchor = _attribute(attributes, "href"), [], True
            return
        self.in_anchor = False
        shown = "".join(self.anchor).strip()
        href, self.href, self.anchor = self.href.strip(), "", []
        if not re.match(r"https?://|mailto:|tel:", href, re.I) or len(href) > 2_000:
            return
        if shown and not _names_itself(href, shown):
            self.line.append(f" <{href}>")

    def image(self, attributes: str) -> None:
        alt = _SPACE.sub(" ", _attribute(attributes, "alt")).strip()
        if len(self.pictures) < _MAX_PICTURES and not alt:
            name = (
                re.sub(r"@.*|[?#].*", "", _attribute(attributes, "src")[:500]).rsplit("/", 1)[-1].removeprefix("cid:")
            )
            if name and not name.startswith("data:"):
                self.pictures.append(f"[{_SPACE.sub(' ', name)[:100]}]")
        if alt:
            self.put((" " if self.space else "") + f"[{alt[:200]}]")
            self.space = False

    def end_line(self, keep_blank: bool = False) -> None:
        text = "".join(self.line).rstrip()
        self.line, self.space, self.fresh_item = [], False, False
        if text.strip() or keep_blank:
            self.lines.append(self.prefix() + text)

    def blank(self) -> None:
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(self.prefix().rstrip())

    def prefix(self) -> str:
        return "> " * min(10, sum(self.quotes[:200]))


def _names_itself(href: str, shown: str) -> bool:
    """Tell whether the words of a link are its address, or the beginning of it."""
    address, words = (_SCHEME.sub("", one.lower()).rstrip("/") for one in (href, shown))
    return address in words or ("." in words and address.startswith(words))


def _attribute(attributes: str, name: str) -> str:
    for match in _ATTRIBUTE.finditer(attributes[:20_000]):
        if match[1].lower() == name:
            return html.unescape(match[2] or match[3] or match[4] or "")
    return ""


def _tidy(lines: list[str]) -> str:
    out: list[str] = []
    for line in lines:
        line = line.replace("\xa0", " ").replace("\u200b", "").rstrip()
        if line.strip("> ") or (out and out[-1].strip("> ")):
            out.append(line)
    return "\n".join(out).strip("\n").replace("\x00", "")
