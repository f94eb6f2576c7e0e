"""Put what winmail.dat holds where it belongs: its words into the text, its files beside the others."""

import re
from email.message import EmailMessage
from urllib.parse import quote

from channels_intake.email import limits, rtf, tnef
from channels_intake.email.bodies import Body, html_as_text
from channels_intake.email.files import given_name, safe_name
from channels_intake.email.parts import Part
from channels_intake.email.transfer import decoded

_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef", "application/x-tnef"})
_UNNAMED = frozenset({"", "application/octet-stream", "application/x-octet-stream", "text/plain"})
_NESTED = 3  # messages within messages


def unpack_winmail(body: Body, notes: list[str]) -> None:
    """Replace each winmail.dat by its files; one that can't be read in full stays as well, with a note."""
    files: list[tuple[Part, bool]] = []
    for part, inline in body.files:
        if not _is_winmail(part) or part.end - part.start > limits.FILE_BYTES * 1.4:
            files.append((part, inline))
            continue
        held = _unpack(part)
        if held is None or not held.is_complete:
            notes.append("winmail_dat")
        if held is None or not held.is_complete or not held.files:
            files.append((part, inline))
        if held is not None:
            _take_words(held, body, notes)
            files.extend((_as_part(file), False) for file in held.files if file.data or file.name)
    body.files = files


def _is_winmail(part: Part) -> bool:
    if part.content_type in _TYPES or given_name(part).lower() in ("winmail.dat", "win.dat"):
        return True
    return part.content_type in _UNNAMED and decoded(part.beginning(200)).startswith(tnef.SIGNATURE)


def _unpack(part: Part) -> tnef.Unpacked | None:
    try:
        return tnef.unpack(decoded(part))
    except tnef.NotTnef:
        return None


def _take_words(held: tnef.Unpacked, body: Body, notes: list[str]) -> None:
    """Use the packed text where the mail has none of its own."""
    text, html = _words(held)
    if not body.html and (not body.text.strip() or re.search(r"cid:", html[:100_000])):
        body.html = html[: limits.HTML_CHARS]
    if not body.text.strip():
        body.text = (text or html_as_text(html, notes)).strip("\n")[: limits.TEXT_CHARS]


def _words(held: tnef.Unpacked) -> tuple[str, str]:
    """Return text and HTML, of which either may be empty."""
    text, html = held.text.replace("\r\n", "\n").replace("\r", "\n"), held.html
    if not text.strip() and not html.strip() and held.rtf:
        words, is_html = rtf.to_words(rtf.decompress(held.rtf))
        return ("", words) if is_html else (words, "")
    return text, html


def _as_part(file: tnef.Packed) -> Part:
    data, name, kind = file.data, safe_name(file.name), file.content_type
    if data.startswith(tnef.SIGNATURE):
        data, kind = _as_mail(data, name), "message/rfc822"
        name = f"{name.removesuffix('.msg') or 'mail'}.eml"
    headers = [("content-type", (kind or "application/octet-stream").encode("ascii", "ignore"))]
    placed = "attachment" if not file.content_id else ""
    named = f"filename*=utf-8''{quote(name)}" if name else ""
    if placed:
        headers.append(("content-disposition", f"{placed}; {named}".encode()))
    else:
        headers[0] = ("content-type", headers[0][1] + f"; name*=utf-8''{quote(name)}".encode())
        headers.append(("content-id", f"<{file.content_id}>".encode()))
    return Part(data, headers=headers, end=len(data), default_type="application/octet-stream")


def _as_mail(data: bytes, name: str, depth: int = 0) -> bytes:
    """Write an embedded message as a mail, so that any program opens it."""
    held = tnef.unpack(data)
    text, html = _words(held)
    mail = EmailMessage()
    mail["Subject"] = " ".join((held.subject or name).split())[: limits.SUBJECT_CHARS]
    mail.set_content(text or html, subtype="plain" if text or not html else "html")
    for file in held.files:
        content = file.data
        if content.startswith(tnef.SIGNATURE) and depth < _NESTED:
            content = _as_mail(content, file.name, depth + 1)
        mail.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=safe_name(file.name) or "file"
        )
    return mail.as_bytes()
