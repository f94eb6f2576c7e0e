"""Pictures that stand in a text from the editor: taken out of it as files, and put back to be written on."""

import base64
import binascii
import re
import uuid
from collections.abc import Iterable

from tickets.fields import Upload
from tickets.models import HeldFile

MOST = 30
ENDING = "@pasted"
_WRITTEN = re.compile(
    r"(<img\b(?:[^>\"]|\"[^\"]{0,2000}\"){0,20}?\ssrc=\")data:(image/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/=]+)(?=\")",
    re.I,
)
_REFERRED = re.compile(r"(<img\b[^>]{0,4000}?\ssrc=\")cid:([0-9a-f]{32}@pasted)(?=\")")
_BEGINNINGS = {
    "image/png": b"\x89PNG\r\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}


def take_out(source: str) -> tuple[str, list[Upload]]:
    """Give a text that refers to its pictures by content id, and these pictures; what is none stays to be cleaned away."""
    files: list[Upload] = []

    def refer(found: re.Match[str]) -> str:
        data = _decoded(found[3])
        kind = found[2].lower()
        if len(files) >= MOST or not data.startswith(_BEGINNINGS[kind]):
            return found[0]
        name = f"{uuid.uuid4().hex}{ENDING}"
        files.append(
            Upload(f"{len(files) + 1}.{kind.removeprefix('image/')}", kind, data, inline=True, content_id=name)
        )
        return f"{found[1]}cid:{name}"

    return _WRITTEN.sub(refer, source), files


def put_back(source: str, files: Iterable[HeldFile]) -> str:
    """Give a text with its pictures written out, as the editor shows and keeps them."""
    known = {file.content_id: file for file in files}

    def write(found: re.Match[str]) -> str:
        file = known.get(found[2])
        if file is None or file.content_type not in _BEGINNINGS:
            return found[0]
        return f"{found[1]}data:{file.content_type};base64,{base64.b64encode(bytes(file.blob.data)).decode()}"

    return _REFERRED.sub(write, source)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
