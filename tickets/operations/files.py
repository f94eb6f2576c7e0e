"""Keeping the files of a message."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol

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


def attach(message: Message, files: Iterable[File]) -> None:
    """Store the files of a message; equal bytes are stored once."""
    files = list(files)
    if not files:
        return
    sums = [hashlib.sha256(file.data).hexdigest() for file in files]
    Blob.objects.bulk_create(
        (Blob(sha256=sha, data=file.data) for sha, file in dict(zip(sums, files, strict=True)).items()),
        ignore_conflicts=True,
    )
    Attachment.objects.bulk_create(
        Attachment(
            message=message,
            name=safe_name(file.name),
            content_type=file.content_type[:100] or "application/octet-stream",
            size=len(file.data),
            is_inline=file.inline,
            content_id=file.content_id[:200],
            blob_id=sha,
        )
        for sha, file in zip(sums, files, strict=True)
    )


def safe_name(name: str) -> str:
    """Give a name without path, control or invisible characters; it is only ever shown, never a place on a disk."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C" or c == "\u200d")
    name = re.sub(r"\s+", " ", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name) > 200:
        name = f"{stem[:180]}{dot}{ending[:15]}"
    return name or "file"
