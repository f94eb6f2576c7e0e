"""Split a raw mail into its parts in one pass, whatever is broken about it."""

import re

from channels_intake.email import limits
from channels_intake.email.parts import Part

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_MBOX = re.compile(rb"\s*+>?From (?![ \t]*:)[^\n]*\n")
_BEFORE = re.compile(rb"[\r\n\xef\xbb\xbf]*+")


def split_mail(raw: bytes) -> tuple[Part, list[str]]:
    """Return the tree of a mail and notes on what was cut."""
    notes: list[str] = []
    if len(raw) > limits.MAIL_BYTES:
        raw = raw[: limits.MAIL_BYTES]
        notes.append("mail_too_large")
    if b"\r" in raw and b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    if b"\r\r\n" in raw[:20_000]:
        raw = raw.replace(b"\r\r\n", b"\r\n")
    mbox = _MBOX.match(raw[:2_000])
    root = Part(raw)
    start = mbox.end() if mbox else 0
    if before := _BEFORE.match(raw, start):
        start = before.end()
    _Splitter(raw, notes).split(root, start)
    return root, list(dict.fromkeys(notes))


class _Splitter:
    def __init__(self, raw: bytes, notes: list[str]) -> None:
        self.raw = raw
        self.notes = notes
        self.open: list[tuple[bytes, Part]] = []
        self.levels: dict[bytes, int] = {}
        self.parts = 1

    def split(self, root: Part, start: int) -> None:
        leaf: Part | None = root
        at = self.head(root, start)
        root.end = len(self.raw)
        seen = 0
        while self.open:
            line_start = self.next_delimiter(at)
            if line_start < 0:
                break
            seen += 1
            if seen > limits.DELIMITERS:
                self.notes.append("too_many_parts")
                break
            line_end = self.raw.find(b"\n", line_start)
            line_end = len(self.raw) if line_end < 0 else line_end + 1
            level, closing = self.level_of(self.raw[line_start : min(line_end, line_start + 300)])
            if level is None:
                at = line_end
                continue
            if leaf is not None:
                leaf.end = self.before(line_start)
            self.close_above(level, line_start)
            at = line_end
            if closing:
                leaf = self.close(level, line_start, line_end)
                continue
            if self.parts >= limits.PARTS:
                self.notes.append("too_many_parts")
                leaf = None
                break
            parent = self.open[level][1]
            default = "message/rfc822" if parent.content_type == "multipart/digest" else "text/plain"
            leaf = Part(self.raw, default_type=default, end=len(self.raw))
            parent.children.append(leaf)
            self.parts += 1
            at = self.head(leaf, line_end)
        for _, part in self.open:
            part.end = len(self.raw)

    def next_delimiter(self, at: int) -> int:
        if self.raw.startswith(b"--", at) and (at == 0 or self.raw[at - 1 : at] == b"\n"):
            return at
        found = self.raw.find(b"\n--", max(at - 1, 0))
        return -1 if found < 0 else found + 1

    def level_of(self, line: bytes) -> tuple[int | None, bool]:
        token = line[2:].rstrip()
        if (level := self.levels.get(token)) is not None:
            return level, False
        if token.endswith(b"--") and (level := self.levels.get(token[:-2].rstrip())) is not None:
            return level, True
        return None, False

    def is_delimiter(self, line: bytes) -> bool:
        return line.startswith(b"--") and self.level_of(line[:300])[0] is not None

    def close_above(self, level: int, end: int) -> None:
        while len(self.open) > level + 1:
            boundary, part = self.open.pop()
            part.end = self.before(end)
            if self.levels.get(boundary) == len(self.open):
                del self.levels[boundary]

    def close(self, level: int, end: int, after: int) -> Part | None:
        boundary, part = self.open.pop()
        part.end = self.before(end)
        self.levels.pop(boundary, None)
        return None

    def before(self, line_start: int) -> int:
        """Return where the body ends: the line break before a delimiter belongs to the delimiter."""
        if self.raw[line_start - 2 : line_start] == b"\r\n":
            return line_start - 2
        return max(line_start - 1, 0)

    def head(self, part: Part, at: int) -> int:
        """Read the headers of a part, open it if it is a multipart, return where its body starts."""
        at = self.read_headers(part, at)
        part.start = at
        boundary = part.parameters.get("boundary", "").encode("utf-8", "surrogateescape").rstrip()
        if part.content_type.startswith("multipart/"):
            if not boundary and part.children == []:
                boundary = self.sniff_boundary(at)
            if len(self.open) >= limits.NESTING:
                self.notes.append("too_deep")
            elif boundary and boundary not in self.levels:
                self.levels[boundary] = len(self.open)
                self.open.append((boundary, part))
        return at

    def sniff_boundary(self, at: int) -> bytes:
        match = re.compile(rb"(?:\A|\r?\n)--([^\s]{6,70})[ \t]*\r?\n[Cc]ontent-").search(self.raw, at, at + 20_000)
        return match[1] if match else b""

    def read_headers(self, part: Part, at: int) -> int:
        limit = at + limits.HEADER_BLOCK_BYTES
        lines: list[bytes] = []
        name = ""
        raw = self.raw
        while at < len(raw):
            line_end = raw.find(b"\n", at)
            line_end = len(raw) if line_end < 0 else line_end + 1
            line = raw[at : min(line_end, at + limits.HEADER_VALUE_BYTES)]
            if not line.strip(b"\r\n"):
                at = line_end
                break
            if line[:1] in b" \t" and name:
                if not line.strip() and _ends_headers(raw, line_end):
                    at = line_end
                    break
                lines.append(line)
            elif match := _FIELD.match(line):
                self.keep(part, name, lines)
                name, lines = match[1].decode("ascii").lower(), [line[match.end() :]]
            elif self.is_delimiter(line) or not _looks_like_head(raw, line_end):
                break
            at = line_end
            if at > limit:
                self.notes.append("headers_cut")
                at = self.skip_headers(at)
                break
        self.keep(part, name, lines)
        return at

    def skip_headers(self, at: int) -> int:
        match = re.compile(rb"\n\r?\n").search(self.raw, at - 1)
        return match.end() if match else len(self.raw)

    def keep(self, part: Part, name: str, lines: list[bytes]) -> None:
        if not name:
            return
        if len(part.headers) >= limits.HEADERS:
            self.notes.append("headers_cut")
            return
        value = b"".join(lines)
        if len(value) > limits.HEADER_VALUE_BYTES:
            value = value[: limits.HEADER_VALUE_BYTES]
            self.notes.append("headers_cut")
        part.headers.append((name, value.strip()))


def _looks_like_head(raw: bytes, at: int) -> bool:
    """Tell whether headers go on below a stray line, which then is only junk among them."""
    for line in raw[at : at + 3_000].split(b"\n")[:12]:
        if not line.strip() or line.startswith(b"--"):
            return False
        match = _FIELD.match(line)
        if match and (b"-" in match[1] or match[1].lower() in _COMMON):
            return True
    return False


_COMMON = frozenset(
    {b"from", b"to", b"cc", b"subject", b"date", b"sender", b"received", b"mime-version", b"precedence"}
)


def _ends_headers(raw: bytes, at: int) -> bool:
    """Tell whether a line of blanks was meant as the empty line that ends the headers."""
    return not _FIELD.match(raw[at : at + 200].split(b"\n", 1)[0]) and raw[at : at + 1] not in (b" ", b"\t")
