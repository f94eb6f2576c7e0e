"""Parameters of Content-Type and Content-Disposition: quoted, unquoted, RFC 2231 and worse."""

import re
from urllib.parse import unquote_to_bytes

from channels_intake.email import charsets
from channels_intake.email.words import decode_words, one_line

Parameters = dict[str, str]

_NAME = re.compile(rb"\s*;*\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*=\s*")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*+)"', re.S)
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
_NEXT = re.compile(rb";|\s+(?=[A-Za-z-]+\*?\d*\*?=)")


def parse_parameters(raw: bytes) -> tuple[str, Parameters]:
    """Split a header value into its main word in lower case and its parameters; the first of a name wins."""
    head, _, rest = raw.partition(b";")
    if not rest and (match := re.search(rb"\s([A-Za-z]+\s*=.*)", raw, re.S)):
        head, rest = raw[: match.start()], match[1]
    kind = re.sub(r"\(.*?\)|\s|[\"']", "", head[:200].decode("latin-1")).lower()
    return kind, _join(_pairs(rest))


def _pairs(rest: bytes) -> list[tuple[str, bytes]]:
    pairs: list[tuple[str, bytes]] = []
    at = 0
    while at < len(rest) and len(pairs) < 200:
        match = _NAME.match(rest, at)
        if match is None:
            skip = rest.find(b";", at + 1)
            if skip < 0:
                break
            at = skip
            continue
        at = match.end()
        if quoted := _QUOTED.match(rest, at):
            value, at = re.sub(rb'\\(["\\])', rb"\1", quoted[1]), quoted.end()
        else:
            end = _NEXT.search(rest, at)
            stop = end.start() if end else len(rest)
            value, at = rest[at:stop].strip().strip(b'"'), stop
        pairs.append((match[1].decode("ascii").lower(), value))
    return pairs


def _join(pairs: list[tuple[str, bytes]]) -> Parameters:
    plain: Parameters = {}
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for key, value in pairs:
        section = _SECTION.fullmatch(key)
        if section is None or (section[2] is None and section[3] is None):
            plain.setdefault(key, one_line(decode_words(_unfold(value))))
            continue
        pieces.setdefault(section[1], {}).setdefault(int(section[2] or 0), (value, bool(section[3])))
    for name, numbered in pieces.items():
        plain[name] = _continued([numbered[number] for number in sorted(numbered)])
    return plain


def _continued(values: list[tuple[bytes, bool]]) -> str:
    charset, data = "", b""
    for number, (value, encoded) in enumerate(values):
        if number == 0 and encoded and value.count(b"'") >= 2:
            declared, _, value = value.split(b"'", 2)
            charset = declared.decode("ascii", "ignore")
        data += unquote_to_bytes(value) if encoded else value
    text = charsets.decode(data, charset)
    return one_line(decode_words(text.encode()) if "=?" in text else text)


def _unfold(value: bytes) -> bytes:
    return re.sub(rb"\r?\n[ \t]*", b" " if b"=?" in value else b"", value)
