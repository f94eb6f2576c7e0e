"""Loads the package that makes vectors, once a process; workers only, and only where the vectors are asked for."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module

import numpy as np

from tickets.triage.extras import MODULE, has_vectors
from tickets.triage.learning.vectors import Encoder, Floats


def encoder() -> Encoder | None:
    """Give what makes the vectors; `None` where there are none."""
    return _load() if has_vectors() else None


@cache
def _load() -> Encoder:
    model = import_module(MODULE).USE(threads=1)

    def encode(texts: Sequence[str]) -> Floats:
        return np.asarray(model.encode(list(texts)), dtype=np.float32)

    return Encoder(encode)
