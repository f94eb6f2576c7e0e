"""Changing the words of the search; each change stands in the record."""

from datetime import datetime

from django.db import transaction

from helpdesk.administration.operations.saving import save
from knowledgebase.models import StopWord, Synonyms
from people import audit
from people.models import AuditEntry, User

FIELDS = {Synonyms: ("words", "language"), StopWord: ("word",)}


@transaction.atomic
def add(row: Synonyms | StopWord, *, by: User, now: datetime) -> Synonyms | StopWord:
    """Store new words."""
    return save(row, FIELDS[type(row)], by=by, now=now)


@transaction.atomic
def change(row: Synonyms, *, by: User, now: datetime) -> Synonyms:
    """Store changed words."""
    return save(row, FIELDS[Synonyms], by=by, now=now)


@transaction.atomic
def remove(row: Synonyms | StopWord, *, by: User, now: datetime) -> None:
    """Delete words; what they were stays in the record."""
    before = audit.snapshot(row, FIELDS[type(row)])
    gone = {name: [value, None] for name, value in before.items()}
    audit.record(row, AuditEntry.Action.REMOVED, by=by, now=now, changes=gone)
    row.delete()
