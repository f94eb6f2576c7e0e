"""Changing what a queue wants to know before it takes a ticket over."""

from datetime import datetime

from django.db import transaction

from helpdesk.administration.operations.saving import save
from people import audit
from people.models import AuditEntry, User
from tickets.models import HandoverContract

FIELDS = ("queue", "category", "needed", "hint_de", "hint_en")


@transaction.atomic
def save_contract(contract: HandoverContract, *, by: User, now: datetime) -> HandoverContract:
    """Store a new or changed contract; hand-overs that are made already keep the one they were made under."""
    return save(contract, FIELDS, by=by, now=now)


@transaction.atomic
def remove_contract(contract: HandoverContract, *, by: User, now: datetime) -> None:
    """Delete a contract; what it said stays in the record."""
    before = audit.snapshot(contract, FIELDS)
    changes = {name: [value, None] for name, value in before.items()}
    audit.record(contract, AuditEntry.Action.REMOVED, by=by, now=now, changes=changes)
    contract.delete()
