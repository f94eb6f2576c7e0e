"""Attachments: their names, their real types, and what is too much."""

import mimetypes
import os.path
import re

from channels_intake.email import limits
from channels_intake.email.headers import subject_of
from channels_intake.email.parameters import parse_parameters
from channels_intake.email.parts import Part
from channels_intake.email.structure import split_mail
from channels_intake.email.transfer import decoded, encoding_of
from channels_intake.email.words import one_line
from channels_intake.envelope import Attached

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
)
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
_SAME = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/x-ms-bmp": "image/bmp",
}
_EXTENSIONS = {
    "message/rfc822": ".eml", "text/plain": ".txt", "text/html": ".html", "image/jpeg": ".jpg", "text/calendar": ".ics",
    "application/xml": ".xml", "text/xml": ".xml",
    "message/delivery-status": ".txt", "text/rfc822-headers": ".txt", "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc", "application/octet-stream": ".bin", "application/pkcs7-signature": ".p7s",
}  # fmt: skip


def disposition_of(part: Part) -> tuple[str, dict[str, str]]:
    """Return "attachment", "inline" or "", and the parameters."""
    for raw in part.all("content-disposition"):
        kind, parameters = parse_parameters(raw)
        if kind in ("attachment", "inline"):
            return kind, parameters
        if "filename" in parameters:
            return "attachment", parameters
    return "", {}


def given_name(part: Part) -> str:
    """Return the file name the sender gave, cleaned, or ""."""
    _, parameters = disposition_of(part)
    for name in (
        parameters.get("filename"),
        part.parameters.get("name"),
        parameters.get("name"),
        part.parameters.get("filename"),
    ):
        if name and (clean := safe_name(name)):
            return clean
    return ""


def safe_name(name: str) -> str:
    """Cut paths, control and direction characters; "" if nothing is left."""
    name = _INVISIBLE.sub("", name).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    name = " ".join(name.split()).strip(" \"'").lstrip(".") if set(name) - set(". ") else ""
    stem, extension = os.path.splitext(name)
    extension = extension[:20]
    return (stem[: limits.NAME_CHARS - len(extension)] + extension).rstrip(". ")


def attached(part: Part, number: int, inline: bool, notes: list[str]) -> Attached | None:
    """Decode one file, or note why it is left out."""
    declared = part.content_type
    if part.end - part.start > limits.FILE_BYTES * (1.4 if encoding_of(part) else 1):
        notes.append(f"file_too_large:{given_name(part)}")
        return None
    data = decoded(part)
    if len(data) > limits.FILE_BYTES:
        notes.append(f"file_too_large:{given_name(part)}")
        return None
    name = given_name(part)
    if not name and declared in ("message/rfc822", "message/global", "text/rfc822-headers"):
        name = _mail_name(data)
    kind = real_type(data, declared, name)
    if not name or name.startswith("."):
        extension = _EXTENSIONS.get(kind) or mimetypes.guess_extension(kind) or ".bin"
        name = f"attachment-{number}{extension}"
    content_id = one_line(part.first("content-id").decode("utf-8", "replace")).strip("<> ")
    return Attached(
        name=name,
        content_type=kind,
        declared_type=declared[:100],
        data=data,
        inline=inline and kind in _SHOWN,
        content_id=_INVISIBLE.sub("", content_id)[:300],
    )


def real_type(data: bytes, declared: str, name: str = "") -> str:
    """Tell the type from the content wherever that decides how the file is shown."""
    declared = _SAME.get(declared, declared)[:100]
    seen = _sniff(data)
    if declared in _SHOWN or declared == "image/svg+xml" or declared.startswith("image/"):
        if seen and seen != "image/bmp":
            return seen
        return declared if declared not in _SHOWN or seen == declared else "application/octet-stream"
    if declared == "application/pdf" and seen != "application/pdf":
        return seen if seen in ("text/html", "image/svg+xml") else "application/octet-stream"
    if declared in (
        "",
        "application/octet-stream",
        "application/x-octet-stream",
        "application/unknown",
        "binary/octet-stream",
    ):
        if seen and seen not in ("application/zip", "image/bmp"):
            return seen
        guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return "application/octet-stream" if guessed in _SHOWN or guessed == "text/html" else guessed
    return declared


def _sniff(data: bytes) -> str:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return "image/svg+xml"
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return "text/html"
    return ""


def _mail_name(data: bytes) -> str:
    """Name an attached mail after its subject."""
    head, _ = split_mail(data[:20_000])
    subject = safe_name(subject_of(head).replace("/", "-").replace("\\", "-"))
    return f"{subject[:100].rstrip()}.eml" if subject else "mail.eml"
