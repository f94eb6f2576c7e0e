"""Write winmail.dat as Outlook does, for these tests."""

import struct

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
EMBEDDED = bytes.fromhex("0703020000000000c000000000000046")


def stream(*objects: bytes) -> bytes:
    """Join objects to a TNEF stream in code page 1252."""
    return struct.pack("<IH", 0x223E9F78, 1) + thing(1, 0x9007, struct.pack("<II", 1252, 0)) + b"".join(objects)


def thing(level: int, kind: int, value: bytes) -> bytes:
    """Write one object of the message (1) or of a file (2)."""
    return struct.pack("<BHHI", level, kind, 6, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(**values: bytes | str | int) -> bytes:
    """Write MAPI properties; names are "p" and the number in hexadecimal."""
    out = struct.pack("<I", len(values))
    for name, value in values.items():
        number = int(name[1:], 16)
        if isinstance(value, int):
            out += struct.pack("<HHI", 3, number, value)
            continue
        data = value.encode("utf-16-le") + b"\0\0" if isinstance(value, str) else value
        out += struct.pack("<HHII", 0x1F if isinstance(value, str) else 0x102, number, 1, len(data))
        out += data + b"\0" * (-len(data) % 4)
    return out


def message(**values: bytes | str | int) -> bytes:
    """Write the properties of the message."""
    return thing(1, 0x9003, properties(**values))


def file(name: str, data: bytes, **values: bytes | str | int) -> bytes:
    """Write one attached file."""
    title = thing(2, 0x8010, name.encode("cp1252", "replace")[:12] + b"\0")
    content = thing(2, 0x800F, data) if data else b""
    return thing(2, 0x9002, b"\0" * 14) + title + content + thing(2, 0x9005, properties(p3707=name, **values))
