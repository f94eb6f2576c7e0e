"""Archives from strangers: nothing is unpacked to disk, and nothing counts for more than it may be."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.utils.translation import gettext

MOST_FILES = 5_000
LARGEST_FILE, LARGEST_SUM = 1_000_000, 60_000_000
_FIXED = datetime(2020, 1, 1, tzinfo=UTC).timetuple()[:6]


class BadArchive(Exception):
    """This is no archive, or one that must not be opened; the words say why."""


def pack(files: Iterable[tuple[str, str]]) -> bytes:
    """Pack texts by their names; the same texts make the same archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files:
            archive.writestr(zipfile.ZipInfo(name, _FIXED), text.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpack(data: bytes) -> Iterator[tuple[str, bytes | None, str]]:
    """
    Give each file's name with its bytes, or with the reason why it is not read.

    :raises BadArchive: if it is none, or holds too much.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BadArchive(gettext("This is no readable zip archive.")) from error
    if len(entries) > MOST_FILES:
        raise BadArchive(gettext("The archive holds more than %(most)s files.") % {"most": MOST_FILES})
    total = 0
    with archive:
        for entry in entries:
            if entry.is_dir():
                continue
            if why := _refusal(entry):
                yield entry.filename[:200], None, why
                continue
            read, why = _read(archive, entry)
            total += len(read)
            if total > LARGEST_SUM:
                raise BadArchive(gettext("Unpacked, the archive is too large."))
            yield entry.filename[:200], None if why else read, why


def _refusal(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    if name.startswith(("/", "\\")) or ":" in name[:3] or ".." in name.replace("\\", "/").split("/"):
        return gettext("Its name leads out of the archive.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        return gettext("It is a link.")
    if entry.flag_bits & 1:
        return gettext("It is encrypted.")
    if entry.file_size > LARGEST_FILE:
        return gettext("It is too large.")
    return ""


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[bytes, str]:
    # What the archive says about sizes may be a lie; what comes out is counted.
    try:
        with archive.open(entry) as file:
            data = file.read(LARGEST_FILE + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError):
        return b"", gettext("It is damaged.")
    return data, gettext("It is too large.") if len(data) > LARGEST_FILE else ""
