"""Giving memory back to the system."""

import ctypes
import gc


def free() -> None:
    """Give back what is not used any more; glibc keeps it for later otherwise. Elsewhere nothing happens."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
