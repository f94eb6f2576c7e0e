"""Turns the portal's form into an Envelope."""

import re
import uuid
from collections.abc import Iterable
from typing import Any

import puremagic
from django.core.files.uploadedfile import UploadedFile

from channels_intake.envelope import Attached, Envelope

_TOKEN = re.compile(r"\[(#\d+)\]")


def to_envelope(
    *,
    address: str,
    name: str,
    subject: str,
    text: str,
    files: Iterable[UploadedFile[Any]],
    client_id: uuid.UUID,
    language: str,
) -> Envelope:
    """Make the envelope of a filled-in form; sending the same form twice gives the same external id."""
    return Envelope(
        channel="web",
        external_id=f"web:{client_id}",
        from_address=address.lower(),
        from_name=name,
        # Nobody proved who they are: a number in brackets must not lead into an older ticket.
        subject=_TOKEN.sub(r"\1", subject),
        text=text,
        full_text=text,
        attachments=tuple(uploads(files)),
        language_hint=language,
    )


def uploads(files: Iterable[UploadedFile[Any]]) -> list[Attached]:
    """Read uploaded files; what they are is told by their content, not by what the browser says."""
    return [_read(file) for file in files]


def _read(file: UploadedFile[Any]) -> Attached:
    data = file.read()
    declared = file.content_type or ""
    return Attached(file.name or "file", kind_of(data), declared, data)


def kind_of(data: bytes) -> str:
    """Tell the type from the first bytes; what is not recognised is just bytes."""
    try:
        kind: str = puremagic.from_string(data[:4096], mime=True)
    except (puremagic.PureError, ValueError):
        return "text/plain" if _is_text(data[:4096]) else "application/octet-stream"
    return kind or "application/octet-stream"


def _is_text(data: bytes) -> bool:
    try:
        return bool(data) and data.decode("utf-8").isprintable() is not None and b"\0" not in data
    except UnicodeDecodeError:
        return False
