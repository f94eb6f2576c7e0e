"""Changing how far triage goes by itself; each change stands in the record."""

from datetime import datetime

from django.db import transaction

from helpdesk.administration.operations.saving import save
from people.models import User
from tickets.models import TriageMode, settle_mode

FIELDS = ("mode", "threshold", "bar", "window")


@transaction.atomic
def save_mode(mode: TriageMode, *, by: User, now: datetime) -> TriageMode:
    """Store a mode; it acts from now on if its record is good enough."""
    save(mode, FIELDS, by=by, now=now)
    settle_mode(mode, now)
    return mode
