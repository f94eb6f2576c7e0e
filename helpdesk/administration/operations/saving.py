"""Storing a row together with what was changed about it."""

from datetime import datetime
from typing import TypeVar

from django.db import models, transaction

from people import audit
from people.models import AuditEntry, User

M = TypeVar("M", bound=models.Model)


@transaction.atomic
def save(thing: M, fields: tuple[str, ...], *, by: User, now: datetime, unrecorded: tuple[str, ...] = ()) -> M:
    """
    Store a new row, or these fields of a known one, and record what differs; nothing when nothing does.

    The unrecorded fields are stored as well; that they changed stands in the record, not what they hold.
    """
    rows = type(thing)._default_manager
    stored = rows.select_for_update().get(pk=thing.pk) if thing.pk else None
    changes = audit.differences(audit.snapshot(stored, fields), audit.snapshot(thing, fields))
    changes |= {
        name: [audit.HIDDEN, audit.HIDDEN]
        for name in unrecorded
        if stored is None or bytes(getattr(stored, name)) != bytes(getattr(thing, name))
    }
    if stored is None:
        thing.save(force_insert=True)
        audit.record(thing, AuditEntry.Action.CREATED, by=by, now=now, changes=changes)
    elif changes:
        thing.save(update_fields=[*fields, *unrecorded])
        audit.record(thing, AuditEntry.Action.CHANGED, by=by, now=now, changes=changes)
    return thing
