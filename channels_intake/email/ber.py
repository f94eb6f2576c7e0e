"""The content of a CMS (S/MIME) structure: just enough BER to find it, without checking anything."""

from dataclasses import dataclass

SIGNED = bytes.fromhex("2a864886f70d010702")
ENVELOPED = bytes.fromhex("2a864886f70d010703")
AUTH_ENVELOPED = bytes.fromhex("2a864886f70d0109100117")

_OID, _OCTETS, _SEQUENCE, _EXPLICIT = 0x06, 0x04, 0x30, 0xA0
_PIECES = 100_000


class NotCms(Exception):
    """The bytes are no CMS structure."""


@dataclass(slots=True)
class _Element:
    tag: int
    start: int
    end: int | None  # None: until an end mark


def kind_of(data: bytes) -> bytes:
    """
    Return the object identifier that tells what the structure is.

    :raises NotCms: if it is none.
    """
    return _cms(data)[0]


def signed_content(data: bytes) -> bytes:
    """
    Return what a signed structure holds, empty when the signature stands apart from it.

    :raises NotCms: if it is no signed structure.
    """
    kind, at = _cms(data)
    if kind != SIGNED:
        raise NotCms("It is not signed data.")
    signed = _expect(data, at, _SEQUENCE)
    at = _skip(data, _skip(data, signed.start))  # version, digest algorithms
    content = _expect(data, at, _SEQUENCE)
    at = _skip(data, content.start)  # content type
    if at >= len(data) or data[at] != _EXPLICIT:
        return b""
    return _octets(data, _expect(data, at, _EXPLICIT).start)


def _cms(data: bytes) -> tuple[bytes, int]:
    """Return the type of the structure and where its content begins."""
    outer = _expect(data, 0, _SEQUENCE)
    kind = _expect(data, outer.start, _OID)
    if kind.end is None:
        raise NotCms("An identifier without a length.")
    explicit = _expect(data, kind.end, _EXPLICIT)
    return data[kind.start : kind.end], explicit.start


def _element(data: bytes, at: int) -> _Element:
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        raise NotCms("The structure is cut.")
    length, start = data[at + 1], at + 2
    if length == 0x80:
        return _Element(data[at], start, None)
    if length > 0x80:
        size = length & 0x7F
        if size > 8:
            raise NotCms("A length is too long.")
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    return _Element(data[at], start, min(start + length, len(data)))


def _expect(data: bytes, at: int, tag: int) -> _Element:
    element = _element(data, at)
    if element.tag != tag:
        raise NotCms("Something else was expected.")
    return element


def _skip(data: bytes, at: int) -> int:
    """Return where the element behind this one begins; open ones are walked to their end mark."""
    open_ones = 0
    for _ in range(_PIECES):
        if open_ones and data[at : at + 2] == b"\0\0":
            at, open_ones = at + 2, open_ones - 1
        else:
            element = _element(data, at)
            open_ones += element.end is None
            at = element.start if element.end is None else element.end
        if not open_ones:
            return at
    raise NotCms("There are too many pieces.")


def _octets(data: bytes, at: int) -> bytes:
    """Join the pieces of an octet string, which may be one."""
    first = _element(data, at)
    if first.tag == _OCTETS:
        return data[first.start : first.end]
    if first.tag != _OCTETS | 0x20:
        raise NotCms("The content is no octet string.")
    end, at, content = first.end if first.end is not None else len(data), first.start, bytearray()
    for _ in range(_PIECES):
        if at >= end or data[at : at + 2] == b"\0\0":
            break
        piece = _element(data, at)
        if piece.tag & ~0x20 != _OCTETS:
            break
        if piece.tag == _OCTETS and piece.end is not None:
            content += data[piece.start : piece.end]
            at = piece.end
        else:
            at = piece.start  # pieces of pieces
    return bytes(content)
