"""One folder, one user of it: a lock that the kernel lets go when its holder dies."""

import fcntl
from pathlib import Path
from typing import IO


def take(folder: Path) -> IO[str] | None:
    """Lock a folder; None when another process has it. The lock lasts as long as the file that is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def write(lock: IO[str], text: str) -> None:
    """Leave a word to whoever finds the folder locked."""
    lock.seek(0)
    lock.truncate()
    lock.write(text)
    lock.flush()


def read(folder: Path) -> str:
    """Return what the holder of the lock left."""
    return (folder / "lock").read_text()
