"""Undo the transfer encoding of a part."""

import binascii
import re

from channels_intake.email.parts import Part
from channels_intake.email.words import unbase64

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
    if re.search(rb"[^A-Za-z0-9+/=\s]", head) and b" " in head.strip():
        return body  # plain text that only claims to be base64
    return unbase64(body)
