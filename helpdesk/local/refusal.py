"""Refusals that are shown to the person at the keyboard in one sentence."""

import errno
import shutil
from pathlib import Path


class Refusal(Exception):
    """Something outside of the helpdesk is in the way; the message says what, in one sentence."""


NEEDED_MEGABYTES = 300


def check_space(folder: Path) -> None:
    """
    Look whether the disk has room for a database.

    :raises Refusal: if it is (nearly) full.
    """
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < NEEDED_MEGABYTES:
        raise Refusal(
            f"The disk that holds {folder} is full: {free} MB are free and the helpdesk needs {NEEDED_MEGABYTES} MB."
        )


def disk_full(error: OSError | str) -> bool:
    """Tell whether this error, or this piece of a log, speaks of a full disk."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    return "No space left on device" in error or "Disk quota exceeded" in error
