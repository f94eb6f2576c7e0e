"""Undo the transfer encoding of a part."""

import binascii
import re

from channels_intake.email.parts import Part
from channels_intake.email.words import unbase64

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"
_JUNK = re.compile(rb"[^A-Za-z0-9+/=\s]|(?<=[a-z0-9]) (?=[A-Za-z0-9])")
_LONG_LINE = re.compile(rb"^[A-Za-z0-9+/]{40,}", re.M)
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=\s]")
_SHORTEST = 16  # of a first line that is no word
_LINE_END = re.compile(rb"\r?\n")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.M)


def decoded(part: Part) -> bytes:
    """Return the bytes the sender meant; what can't be decoded comes back as it stands."""
    body, encoding = part.body, encoding_of(part)
    if encoding == "base64":
        return _base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return uudecode(body)
    return body


def encoding_of(part: Part) -> str:
    """Return the name of the transfer encoding, cleaned of what senders put around it."""
    for raw in part.all("content-transfer-encoding"):
        name = re.sub(r"[^a-z0-9-]", "", raw.split(b";")[0].decode("latin-1").lower())
        if name:
            return {"quotedprintable": "quoted-printable", "quoted-printible": "quoted-printable"}.get(name, name)
    return ""


def uudecode(body: bytes) -> bytes:
    """Decode uuencoded lines, with or without the begin line; broken lines are skipped."""
    begin = _UU_BEGIN.search(body)
    out = []
    for line in body[begin.end() if begin else 0 :].split(b"\n"):
        line = line.rstrip(b"\r")
        if line == b"end" or line in (b"`", b" "):
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                continue
    return b"".join(out)


def _base64(body: bytes) -> bytes:
    head = body.lstrip()[:400]
    if head and not re.search(rb"[A-Za-z0-9+/]{2}", head):
        return body
    coded, footer = _coded(body)
    if coded:
        return unbase64(coded) + footer
    if b" " in head.strip() and (_FOREIGN.search(head) or (len(head.split()[0]) < _SHORTEST and _JUNK.search(head))):
        return body  # plain text that only claims to be base64
    return unbase64(body)


def _coded(body: bytes) -> tuple[bytes, bytes]:
    """Part base64 from the plain text that lists and virus scanners put below it; nothing if there is none."""
    if not body.translate(None, _BASE64):
        return b"", b""
    junk = _JUNK.search(body)
    if junk is None or _LONG_LINE.search(body, junk.start()):
        return b"", b""
    padding = body.find(b"=", 0, junk.start())
    end = _LINE_END.search(body, padding) if padding >= 0 else None
    at = end.end() if end else body.rfind(b"\n", 0, junk.start()) + 1
    lines = body[:at].split()
    if not lines or len(lines[0]) < _SHORTEST or sum(map(len, lines)) % 4:
        return b"", b""
    return body[:at], b"\n" + body[at:].strip(b"\r\n")
