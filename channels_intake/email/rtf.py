"""Rich text as Outlook packs it: decompress it, and read its words or the HTML it stands for."""

import re
import struct

from channels_intake.email import charsets, limits

_MAGIC = b"LZFu"
_STORED = b"MELA"
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_GROUPS = 1_000
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.S
)
_WORDS = {b"par": "\n", b"line": "\n", b"sect": "\n\n", b"page": "\n\n", b"tab": "\t", b"row": "\n", b"cell": "\t"}
_SIGNS = {
    b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”", b"emspace": " ", b"enspace": " ",
}  # fmt: skip
_APART = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"themedata"}
)


def decompress(data: bytes) -> bytes:
    """Undo the compression of MAPI's rich text; what is broken yields what came before it."""
    if len(data) < 16:
        return b""
    _, size, magic = struct.unpack_from("<II4s", data)
    if magic == _STORED:
        return data[16 : 16 + size]
    return _decompressed(data, min(size, limits.TEXT_BYTES)) if magic == _MAGIC else b""


def _decompressed(data: bytes, size: int) -> bytes:
    window = bytearray(_START.ljust(4096, b" "))
    write, out, at = len(_START), bytearray(), 16
    while at < len(data) and len(out) < size:
        control = data[at]
        at += 1
        for bit in range(8):
            if at + (control >> bit & 1) >= len(data):
                return bytes(out)
            if not control >> bit & 1:
                out.append(data[at])
                window[write] = data[at]
                write, at = (write + 1) % 4096, at + 1
                continue
            token = data[at] << 8 | data[at + 1]
            at += 2
            read = token >> 4
            if read == write:
                return bytes(out)
            for _ in range((token & 15) + 2):
                out.append(window[read])
                window[write] = window[read]
                read, write = (read + 1) % 4096, (write + 1) % 4096
    return bytes(out[:size])


def to_words(rtf: bytes) -> tuple[str, bool]:
    """Return the text of a rich text document and whether it is HTML that was wrapped in it."""
    is_html = b"\\fromhtml" in rtf[:2_000]
    text = _Reader().read(rtf[: limits.TEXT_BYTES])
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # \u comes in halves
    return text.replace("\0", "").strip("\n "), is_html


class _Reader:
    """One pass over the tokens; groups that are no text are passed over."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.bytes = bytearray()
        self.charset = "cp1252"
        self.groups: list[tuple[bool, bool, int]] = []
        self.silent = False  # within a group that is no text
        self.plain = False  # within \htmlrtf: meant for programs without HTML
        self.skip = 0  # characters behind \u for programs without Unicode
        self.width = 1

    def read(self, rtf: bytes) -> str:
        starred = False
        for word, number, code, sign, brace, text in (match.groups() for match in _TOKEN.finditer(rtf)):
            if brace:
                self.brace(brace)
            elif code:
                self.byte(int(code, 16))
            elif text:
                self.text(text)
            elif word:
                self.word(word, number, starred)
            elif sign and sign not in b"*\r\n":
                self.put({b"~": "\xa0", b"_": "-", b"-": ""}.get(sign, sign.decode("latin-1")))
            starred = sign == b"*"
        self.flush()
        return "".join(self.out)

    def brace(self, brace: bytes) -> None:
        self.flush()
        if brace == b"{" and len(self.groups) < _GROUPS:
            self.groups.append((self.silent, self.plain, self.width))
        elif brace == b"}" and self.groups:
            self.silent, self.plain, self.width = self.groups.pop()
        self.skip = 0

    def word(self, word: bytes, number: bytes | None, starred: bool) -> None:
        if word == b"ansicpg" and number:
            self.charset = {b"65001": "utf-8", b"0": "cp1252"}.get(number, f"cp{number.decode()}")
        elif word == b"htmltag":
            self.silent = False
        elif word == b"htmlrtf":
            self.flush()
            self.plain = number != b"0"
        elif word in _APART or starred:
            self.silent = True
        elif word == b"uc" and number:
            self.width = min(max(int(number), 0), 10)
        elif word == b"u" and number:
            self.put(chr(int(number) % 0x10000))
            self.skip = self.width
        elif word in _WORDS or word in _SIGNS:
            self.put(_WORDS.get(word) or _SIGNS[word])

    def byte(self, value: int) -> None:
        if self.skip:
            self.skip -= 1
        elif not (self.silent or self.plain):
            self.bytes.append(value)

    def text(self, text: bytes) -> None:
        skipped, self.skip = min(self.skip, len(text)), max(0, self.skip - len(text))
        if not (self.silent or self.plain):
            self.bytes += text[skipped:]

    def put(self, text: str) -> None:
        self.flush()
        if not (self.silent or self.plain):
            self.out.append(text)

    def flush(self) -> None:
        if self.bytes:
            self.out.append(charsets.decode(bytes(self.bytes), self.charset))
            self.bytes = bytearray()
