"""Read addresses out of headers, well-formed or not."""

import re

from channels_intake.email import limits
from channels_intake.email.words import decode_words, one_line

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,255}")
_LOOSE = re.compile(r"[^@<>]{1,64}@[^@<>]{1,255}")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*+)"', re.S)
_EDGES = " \t\"'<>()[],;:."


def parse_addresses(raw: bytes, fallback: str = "") -> list[tuple[str, str]]:
    """Return (name, address) for each mailbox of a header; the address is "" where none can be read."""
    found = []
    for piece in _split(raw)[: limits.ADDRESSES]:
        name, address = _mailbox(piece, fallback)
        if name or address:
            found.append((name, address))
    return found


def first_sender(headers: list[bytes], fallback: str = "") -> tuple[str, str]:
    """Return the first usable (name, address) of these header values."""
    for raw in headers:
        named = ""
        for name, address in parse_addresses(raw, fallback):
            if address:
                return name or named, address
            named = named or name
    return "", ""


def clean_address(text: str) -> str:
    """Return the address in lower case, or "" if there is none in the text."""
    text = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]", "", text[:2_000])
    text = re.sub(r"^\s*mailto:", "", text, flags=re.I)
    match = _ADDRESS.search(text)
    if match is None and "(" in text:
        match = _ADDRESS.search(re.sub(r"\([^()]*\)", "", text))
    if match is None and (loose := _LOOSE.search(text)):
        local, _, domain = loose[0].rpartition("@")
        match = _ADDRESS.fullmatch(
            re.sub(r"\s+", "", local).strip(_EDGES) + "@" + re.sub(r"\s+", "", domain).strip(_EDGES)
        )
    if match is None:
        return ""
    local, _, domain = match[0].strip("'.").rpartition("@")
    address = f"{local.strip()}@{domain.rstrip('.-')}".lower()
    return address if local and domain and len(address) <= limits.ADDRESS_CHARS else ""


def _split(raw: bytes) -> list[bytes]:
    """Split at the commas and semicolons that stand outside quotes, comments and angles."""
    pieces: list[bytes] = []
    start, quoted, depth, angle, at = 0, False, 0, False, 0
    closes = raw.count(b'"') % 2 == 0
    while at < len(raw) and len(pieces) < limits.ADDRESSES:
        char = raw[at]
        if char == 0x5C:
            at += 1
        elif char == 0x22 and closes:
            quoted = not quoted
        elif quoted:
            pass
        elif char == 0x28:
            depth += 1
        elif char == 0x29:
            depth = max(0, depth - 1)
        elif char == 0x3C:
            angle = True
        elif char == 0x3E:
            angle = False
        elif char in b",;" and depth == 0 and not (angle and b">" in raw[at : at + 300]):
            pieces.append(raw[start:at])
            start, angle = at + 1, False
        elif char == 0x3A and depth == 0 and not angle and b"@" not in raw[start:at]:
            start = at + 1  # the name of a group, or a mailto:
        at += 1
    pieces.append(raw[start:])
    merged: list[bytes] = []
    for piece in pieces:
        if merged and b"@" not in merged[-1] and b"<" not in merged[-1] and merged[-1].strip():
            merged[-1] += b"," + piece  # Doe, John <john@example.org> without quotes
        else:
            merged.append(piece)
    return [piece for piece in merged if piece.strip()]


def _mailbox(piece: bytes, fallback: str) -> tuple[str, str]:
    opening = _last_angle(piece)
    if opening >= 0:
        name = piece[:opening]
        address = clean_address(decode_words(piece[opening + 1 :].split(b">")[0], fallback))
        if not address:
            address = clean_address(decode_words(piece[opening + 1 :], fallback))
        if not address and b"@" in name:
            address = clean_address(decode_words(name, fallback))
        return _name(name, fallback), address
    text = decode_words(piece, fallback)
    address = clean_address(re.sub(r"\([^()]*\)", " ", text) if "(" in text else text) or clean_address(text)
    comment = re.search(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)", text)
    if comment and address not in comment[1].lower():
        return _name(comment[1].encode(), fallback), address
    rest = text if not address else re.sub(rf"\[?(?:mailto:)?{re.escape(address)}\]?", " ", text, count=1, flags=re.I)
    return _name(rest.encode(), fallback), address


def _last_angle(piece: bytes) -> int:
    at = piece.rfind(b"<")
    while at > 0 and b"@" not in piece[at:] and (earlier := piece.rfind(b"<", 0, at)) >= 0:
        at = earlier
    return at


def _name(raw: bytes, fallback: str) -> str:
    text = one_line(decode_words(re.sub(rb"\\(.)", rb"\1", _unquoted(raw.strip())), fallback))
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    edges = "' \t<>," if text.count('"') == 2 and not text.startswith('"') else "\"' \t<>,"  # Petra "PL" keeps hers
    return text.strip(edges).strip()[: limits.NAME_CHARS]


def _unquoted(raw: bytes) -> bytes:
    whole = _QUOTED.fullmatch(raw)
    return whole[1] if whole else raw.strip(b'"')
