"""Translations: compiles .po to .mo and finds gaps, without gettext's tools (`python -m helpdesk.local.messages`)."""

import ast
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MAGIC = 0x950412DE


@dataclass
class Message:
    """One entry of a .po file."""

    context: str | None = None
    singular: str = ""
    plural: str | None = None
    translations: dict[int, str] = field(default_factory=dict)
    is_fuzzy: bool = False

    @property
    def key(self) -> bytes:
        """Return what a .mo file calls it."""
        context = "" if self.context is None else f"{self.context}\x04"
        plural = "" if self.plural is None else f"\x00{self.plural}"
        return f"{context}{self.singular}{plural}".encode()

    @property
    def value(self) -> bytes:
        """Return what a .mo file says."""
        return "\x00".join(text for _, text in sorted(self.translations.items())).encode()

    @property
    def is_complete(self) -> bool:
        """Tell whether every form is translated, by a person."""
        return not self.is_fuzzy and bool(self.translations) and all(self.translations.values())


def catalogues() -> list[Path]:
    """Return all .po files."""
    return sorted(ROOT.glob("*/locale/*/LC_MESSAGES/*.po"))


def compile_all() -> int:
    """Compile what is newer than its .mo file and return how many that were."""
    compiled = 0
    for source in catalogues():
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            fresh = target.with_suffix(".mo.new")
            fresh.write_bytes(binary(source.read_text(encoding="utf-8")))
            fresh.replace(target)
            compiled += 1
    return compiled


def gaps(text: str) -> list[str]:
    """Return the texts of a .po file that are not translated, or only guessed."""
    return [message.singular for message in read(text) if message.singular and not message.is_complete]


def binary(text: str) -> bytes:
    """Return the .mo file for a .po file."""
    entries = sorted((m.key, m.value) for m in read(text) if m.is_complete or (not m.singular and m.translations))
    keys = b"".join(key + b"\0" for key, _ in entries)
    values = b"".join(value + b"\0" for _, value in entries)
    start = 28 + 16 * len(entries)
    header = struct.pack("<7I", MAGIC, 0, len(entries), 28, 28 + 8 * len(entries), 0, start)
    key_table, value_table = b"", b""
    key_at, value_at = start, start + len(keys)
    for key, value in entries:
        key_table += struct.pack("<2I", len(key), key_at)
        value_table += struct.pack("<2I", len(value), value_at)
        key_at, value_at = key_at + len(key) + 1, value_at + len(value) + 1
    return header + key_table + value_table + keys + values


def read(text: str) -> Iterator[Message]:
    """Yield the entries of a .po file; the first one, without a text, is its header."""
    message, place = Message(), ""
    for raw in [*text.splitlines(), ""]:
        line = raw.strip()
        if line.startswith("#"):
            if place.startswith("msgstr"):
                yield message
                message, place = Message(), ""
            if line.startswith("#,") and "fuzzy" in line:
                message.is_fuzzy = True
            continue
        word, _, rest = line.partition(" ")
        if word.startswith("msg"):
            if place.startswith("msgstr") and not word.startswith("msgstr"):
                yield message
                message = Message()
            place = word
        else:
            rest = line
        if rest.startswith('"'):
            _add(message, place, ast.literal_eval(rest))
    if place.startswith("msgstr"):
        yield message


def _add(message: Message, place: str, text: str) -> None:
    match place:
        case "msgctxt":
            message.context = (message.context or "") + text
        case "msgid":
            message.singular += text
        case "msgid_plural":
            message.plural = (message.plural or "") + text
        case _:
            number = int(place[7:-1]) if place.endswith("]") else 0
            message.translations[number] = message.translations.get(number, "") + text


if __name__ == "__main__":
    print(f"{compile_all()} of {len(catalogues())} catalogues compiled.")
