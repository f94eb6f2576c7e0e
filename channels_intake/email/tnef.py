"""
Unpack winmail.dat, the TNEF stream in which Outlook hides a mail's text and files.

Walked here and not by a library: each part is looked at once, and no count in the stream is believed.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels_intake.email import charsets, limits

SIGNATURE = b"\x78\x9f\x3e\x22"

_MESSAGE, _FILE = 1, 2  # where an object belongs
_SUBJECT, _BODY, _DATA, _TITLE, _NEW_FILE = 0x8004, 0x800C, 0x800F, 0x8010, 0x9002
_PROPERTIES, _FILE_PROPERTIES, _CODEPAGE = 0x9003, 0x9005, 0x9007

_P_SUBJECT, _P_TEXT, _P_RTF, _P_HTML, _P_CHARSET = 0x0037, 0x1000, 0x1009, 0x1013, 0x3FDE
_P_NAME, _P_OBJECT, _P_FILE_NAME, _P_LONG_NAME, _P_TYPE, _P_CONTENT_ID = 0x3001, 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
_NAMES = (_P_LONG_NAME, _P_FILE_NAME, _P_NAME)

_SIZES = {0: 4, 1: 0, 2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE = 0x1E, 0x1F
_VARIABLE = frozenset({0x0D, _STRING, _UNICODE, 0x102})
_OBJECTS = 10_000
_EMBEDDED = bytes.fromhex("0703020000000000c000000000000046")


class NotTnef(Exception):
    """The bytes are no TNEF stream, or a broken one."""


@dataclass(slots=True)
class Packed:
    """A file in the stream; an embedded message is a stream of its own."""

    name: str = ""
    content_type: str = ""
    content_id: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Unpacked:
    """What a stream holds; `is_complete` tells whether it could be read to its end."""

    subject: str = ""
    text: str = ""
    html: str = ""
    rtf: bytes = b""  # still compressed
    files: list[Packed] = field(default_factory=list)
    is_complete: bool = True


def unpack(data: bytes) -> Unpacked:
    """
    Read a TNEF stream as far as it goes.

    :raises NotTnef: if it is none.
    """
    if not data.startswith(SIGNATURE):
        raise NotTnef("The signature is missing.")
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.found = Unpacked()
        self.charset = "cp1252"

    def read(self) -> Unpacked:
        self.found.is_complete = len(self.data) > 17
        try:
            for number, (level, kind, value) in enumerate(_objects(self.data)):
                if number >= _OBJECTS:
                    raise OverflowError("There are too many objects.")
                if level == _FILE:
                    self.file_object(kind, value)
                else:
                    self.message_object(kind, value)
        except (struct.error, OverflowError):
            self.found.is_complete = False
        return self.found

    def message_object(self, kind: int, value: bytes) -> None:
        if kind == _CODEPAGE:
            self.charset = _charset(struct.unpack_from("<I", value)[0])
        elif kind == _SUBJECT:
            self.found.subject = self.found.subject or self.string(value)
        elif kind == _BODY:
            self.found.text = self.found.text or self.string(value)
        elif kind == _PROPERTIES:
            self.message_properties(self.properties(value))

    def message_properties(self, properties: dict[int, tuple[int, bytes]]) -> None:
        charset = self.charset
        if _P_CHARSET in properties:
            charset = _charset(struct.unpack_from("<I", properties[_P_CHARSET][1])[0])
        found = self.found
        found.subject = self.property(properties, _P_SUBJECT) or found.subject
        found.text = found.text or self.property(properties, _P_TEXT)
        found.rtf = properties.get(_P_RTF, (0, b""))[1]
        if _P_HTML in properties:
            kind, value = properties[_P_HTML]
            found.html = _utf_16(value) if kind == _UNICODE else charsets.decode(value.rstrip(b"\0"), charset)

    def file_object(self, kind: int, value: bytes) -> None:
        if kind == _NEW_FILE or not self.found.files:
            if len(self.found.files) >= limits.FILES:
                self.found.is_complete = False
                raise OverflowError("There are too many files.")
            self.found.files.append(Packed())
        file = self.found.files[-1]
        if kind == _TITLE:
            file.name = file.name or self.string(value)
        elif kind == _DATA:
            file.data = value
        elif kind == _FILE_PROPERTIES:
            self.file_properties(file, self.properties(value))

    def file_properties(self, file: Packed, properties: dict[int, tuple[int, bytes]]) -> None:
        file.name = next((name for one in _NAMES if (name := self.property(properties, one))), file.name)
        file.content_type = self.property(properties, _P_TYPE).lower()
        file.content_id = self.property(properties, _P_CONTENT_ID).strip("<> ")
        if _P_OBJECT in properties and not file.data:
            held = properties[_P_OBJECT][1]
            file.data = held[16:] if held.startswith(_EMBEDDED) else held

    def properties(self, data: bytes) -> dict[int, tuple[int, bytes]]:
        found, is_whole = _properties(data)
        self.found.is_complete &= is_whole
        return found

    def property(self, properties: dict[int, tuple[int, bytes]], name: int) -> str:
        kind, value = properties.get(name, (0, b""))
        if kind == _UNICODE:
            return _utf_16(value)
        return self.string(value) if kind == _STRING else ""

    def string(self, value: bytes) -> str:
        return charsets.decode(value.rstrip(b"\0"), self.charset)


def _objects(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield level, kind and value of each object; one that is cut ends the stream."""
    at = 6
    while at + 11 <= len(data):
        level, kind, _, size = struct.unpack_from("<BHHI", data, at)
        end = at + 9 + size
        if level not in (_MESSAGE, _FILE) or end > len(data):
            raise OverflowError("The stream is cut.")
        yield level, kind, data[at + 9 : end]
        at = end + 2


def _properties(data: bytes) -> tuple[dict[int, tuple[int, bytes]], bool]:
    """Return type and (first) value of each MAPI property by its number, and whether none was broken."""
    found: dict[int, tuple[int, bytes]] = {}
    try:
        (count,) = struct.unpack_from("<I", data)
        at = 4
        for _ in range(min(count, len(data) // 4)):
            kind, name = struct.unpack_from("<HH", data, at)
            at = _behind_name(data, at + 4) if name >= 0x8000 else at + 4
            many, kind = kind & 0x1000, kind & ~0x1000
            value, at = _value(data, at, kind, many=bool(many))
            found[name] = (kind, value)
    except struct.error:
        return found, False
    return found, True


def _behind_name(data: bytes, at: int) -> int:
    (by_name,) = struct.unpack_from("<I", data, at + 16)
    if not by_name:
        return at + 24
    (length,) = struct.unpack_from("<I", data, at + 20)
    return at + 24 + _padded(length)


def _value(data: bytes, at: int, kind: int, many: bool) -> tuple[bytes, int]:
    if kind in _VARIABLE:
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
        values = []
        for _ in range(min(count, len(data) // 4)):
            (length,) = struct.unpack_from("<I", data, at)
            values.append(data[at + 4 : at + 4 + length])
            at += 4 + _padded(length)
        return (values[0] if values else b""), at
    if kind not in _SIZES:
        raise struct.error("The type is unknown.")
    count = 1
    if many:
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
    size = _SIZES[kind]
    return data[at : at + size], at + _padded(size * count)


def _padded(length: int) -> int:
    return length + -length % 4


def _utf_16(value: bytes) -> str:
    return value.decode("utf-16-le", "replace").rstrip("\0").replace("\0", "")


def _charset(codepage: int) -> str:
    known = {20127: "ascii", 20866: "koi8-r", 21866: "koi8-u", 28591: "latin-1", 28605: "iso-8859-15", 65001: "utf-8"}
    known |= {50220: "iso-2022-jp", 51932: "euc-jp", 54936: "gb18030", 65000: "utf-7"}
    return known.get(codepage) or f"cp{codepage}"
