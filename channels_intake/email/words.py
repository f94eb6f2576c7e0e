"""RFC 2047 encoded words, as lenient as real senders need."""

import binascii
import re

from channels_intake.email import charsets

_OPENING = re.compile(rb"=\?([^?\s]{1,80})\?([bBqQ])\?")
_HEX = re.compile(rb"[0-9A-Fa-f]{2}")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u2028\u2029]")

_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # they show letters in another order


def decode_words(raw: bytes, fallback: str = "") -> str:
    """Decode a header value with encoded words, raw 8-bit or both; `fallback` is a likely charset."""
    if b"=?" not in raw:
        return charsets.decode(raw, "", fallback)
    out: list[str] = []
    pending, pending_charset, at = b"", "", 0
    while True:
        found = _next_word(raw, at)
        between = raw[at : found[0]] if found else raw[at:]
        if pending and (found is None or between.strip() or found[2].lower() != pending_charset.lower()):
            out.append(charsets.decode(pending, pending_charset, fallback))
            pending = b""
            if between.strip():
                out.append(charsets.decode(between, "", fallback))
        elif not pending and between:
            out.append(charsets.decode(between, "", fallback))
        if found is None:
            return "".join(out)
        _, at, pending_charset, data = found
        pending += data


def one_line(text: str) -> str:
    """Fold white space and cut control characters, so that the text fits one line."""
    return " ".join(_CONTROLS.sub(" ", text if text.isascii() else _TURNS.sub("", text)).split())


def _next_word(raw: bytes, at: int) -> tuple[int, int, str, bytes] | None:
    """Find the next encoded word: start, end, charset, decoded bytes."""
    while (start := raw.find(b"=?", at)) >= 0:
        opening = _OPENING.match(raw, start)
        if opening is None:
            at = start + 2
            continue
        quoted = opening[2] in b"qQ"
        end = raw.find(b"?=", opening.end())
        if end < 0:
            return None
        # "What?=20now?=" has its first "?=" inside the word
        while quoted and _HEX.match(raw, end + 2) and (later := raw.find(b"?=", end + 2)) >= 0:
            if b"=?" in raw[end + 2 : later]:
                break
            end = later
        charset = opening[1].decode("ascii", "ignore").split("*")[0]
        text = raw[opening.end() : end]
        return start, end + 2, charset, _unquote(text) if quoted else unbase64(text)
    return None


def _unquote(text: bytes) -> bytes:
    return binascii.a2b_qp(text.replace(b"\r", b"").replace(b"\n", b"").replace(b"_", b" "), header=False)


_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


def unbase64(text: bytes) -> bytes:
    """Decode base64 with junk, inner padding or a cut end; keep what can be read."""
    chunks = []
    for piece in re.split(rb"=+", text, maxsplit=1000):
        clean = piece.translate(None, _NOT_BASE64)
        if len(clean) % 4 == 1:
            clean = clean[:-1]
        if clean:
            chunks.append(binascii.a2b_base64(clean + b"=" * (-len(clean) % 4)))
    return b"".join(chunks)
