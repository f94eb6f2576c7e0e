"""Keeping the files of a message."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from tickets.models import Attachment, Blob, Message


class File(Protocol):
    """Anything with a name and bytes; the intake's attachments and uploads look like this."""

    @property
    def name(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def data(self) -> bytes: ...
    @property
    def inline(self) -> bool: ...
    @property
    def content_id(self) -> str: ...


@dataclass(frozen=True)
class Stored:
    """A file whose bytes we keep already."""

    name: str
    content_type: str
    size: int
    sha256: str
    inline: bool = False
    content_id: str = ""


def attach(message: Message, files: Iterable[File | Stored]) -> None:
    """Store the files of a message; equal bytes are stored once."""
    Attachment.objects.bulk_create(Attachment(message=message, **facts) for facts in store(files))


def store(files: Iterable[File | Stored]) -> list[dict[str, Any]]:
    """Store the bytes of files, equal ones once, and give what the row of each says."""
    files = list(files)
    rows = [file if isinstance(file, Stored) else _stored(file) for file in files]
    fresh = {row.sha256: file.data for row, file in zip(rows, files, strict=True) if not isinstance(file, Stored)}
    if fresh:
        Blob.objects.bulk_create((Blob(sha256=sha, data=data) for sha, data in fresh.items()), ignore_conflicts=True)
    return [
        {
            "name": safe_name(row.name),
            "content_type": row.content_type[:100] or "application/octet-stream",
            "size": row.size,
            "is_inline": row.inline,
            "content_id": row.content_id[:200],
            "blob_id": row.sha256,
        }
        for row in rows
    ]


def _stored(file: File) -> Stored:
    sha = hashlib.sha256(file.data).hexdigest()
    return Stored(file.name, file.content_type, len(file.data), sha, file.inline, file.content_id)


def safe_name(name: str) -> str:
    """Give a name without path, control or invisible characters; it is only ever shown, never a place on a disk."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C" or c == "\u200d")
    name = re.sub(r"\s+", " ", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name) > 200:
        name = f"{stem[:180]}{dot}{ending[:15]}"
    return name or "file"
