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
_MAX_CHARS = 1_000_000


def to_text(source: str) -> str:
    """Return the readable text of an HTML document or fragment; cited blocks get "> " before each line."""
    return _Walker().read(source[:_MAX_CHARS])


@dataclass
class _Walker:
    lines: list[str] = field(default_factory=list)
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
        self.end_line()
        return _tidy(self.lines)

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
            self.space = bool(self.line)
        words = clean.strip(" ")
        if words:
            self.put((" " if self.space else "") + words)
            self.space = False
        if clean.endswith(" "):
            self.space = bool(self.line)

    def put(self, text: str) -> None:
        if text:
            self.line.append(text)
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
            if not closing and any(piece.strip() for piece in self.line):
                self.put("\t")
            self.space = False
        elif name in _BLOCK:
            self.block(name, closing, attributes)

    def block(self, name: str, closing: bool, attributes: str) -> None:
        self.end_line()
        if name == "blockquote" and closing and self.quotes:
            self.quotes.pop()
        if name in _PARAGRAPH and not (name in ("ul", "ol") and self.lists):
            self.blank()
        if name == "pre":
            self.pre = max(0, self.pre + (-1 if closing else 1))
        elif name == "hr":
            self.lines.append(self.prefix() + "________")
        elif name in ("ul", "ol"):
            if not closing:
                self.lists.append(0 if name == "ol" else None)
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

    def link(self, closing: bool, attributes: str) -> None:
        if not closing:
            self.href, self.anchor, self.in_anchor = _attribute(attributes, "href"), [], True
            return
        self.in_anchor = False
        shown = "".join(self.anchor).strip()
        href, self.href, self.anchor = self.href.strip(), "", []
        if not re.match(r"https?://|mailto:|tel:", href, re.I) or len(href) > 2_000:
            return
        bare = re.sub(r"^(?:mailto:|tel:|https?://)", "", href, flags=re.I).rstrip("/")
        if shown and bare.lower() not in shown.lower() and shown.rstrip("/").lower() not in href.lower():
            self.line.append(f" <{href}>")

    def image(self, attributes: str) -> None:
        alt = _SPACE.sub(" ", _attribute(attributes, "alt")).strip()
        if alt:
            self.put((" " if self.space else "") + f"[{alt[:200]}]")
            self.space = False

    def end_line(self, keep_blank: bool = False) -> None:
        text = "".join(self.line).rstrip()
        self.line, self.space = [], False
        if text.strip() or keep_blank:
            self.lines.append(self.prefix() + text)

    def blank(self) -> None:
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(self.prefix().rstrip())

    def prefix(self) -> str:
        return "> " * min(10, sum(self.quotes[:200]))


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
