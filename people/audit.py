"""The record of what was changed in the settings: written with the change, never rewritten."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import models, transaction

from people.models import AuditEntry, User

# Named by their words: no column of such a name is ever written down, only that it was replaced.
SECRET_WORDS = ("password", "secret", "token", "key")
HIDDEN = "•••"


def record(
    thing: models.Model,
    action: AuditEntry.Action,
    *,
    by: User | None,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """
    Write down what was done to a thing, in the transaction that does it.

    :raises RuntimeError: outside of a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An entry belongs to the transaction of its change.")
    return AuditEntry.objects.create(
        at=now,
        by=by,
        action=action,
        kind=thing._meta.label_lower,
        key=thing.pk,
        name=str(thing)[:300],
        changes={name: HIDDEN if _is_secret(name) else _plain(change) for name, change in (changes or {}).items()},
    )


def snapshot(thing: models.Model | None, fields: tuple[str, ...]) -> dict[str, Any]:
    """Take down the values of these fields; of nothing, an empty picture."""
    return {name: _plain(getattr(thing, name)) for name in fields} if thing is not None else {}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Give what differs, each as before and after."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET_WORDS)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return HIDDEN
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bool | int | float) or value is None:
        return value
    return str(value)
