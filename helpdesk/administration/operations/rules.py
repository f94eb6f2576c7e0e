"""Changing the words that lead to a queue, and their order."""

from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Max

from helpdesk.administration.operations.saving import save
from people import audit
from people.models import AuditEntry, User
from tickets.models import RoutingRule

FIELDS = ("name", "words", "queue", "directly", "is_active")
Direction = Literal["up", "down"]


@transaction.atomic
def save_rule(rule: RoutingRule, *, by: User, now: datetime) -> RoutingRule:
    """Store a new or changed rule; a new one comes last."""
    if not rule.pk:
        last = RoutingRule.objects.aggregate(last=Max("position"))["last"]
        rule.position = min((last or 0) + 10, 32_000)
    return save(rule, FIELDS, by=by, now=now)


@transaction.atomic
def move_rule(rule: RoutingRule, direction: Direction, *, by: User, now: datetime) -> None:
    """Let a rule be asked one earlier or later."""
    rules = list(RoutingRule.objects.select_for_update())
    place = [one.pk for one in rules].index(rule.pk)
    other = place + (1 if direction == "down" else -1)
    if not 0 <= other < len(rules):
        return
    rules[place], rules[other] = rules[other], rules[place]
    for number, one in enumerate(rules, start=1):
        one.position = 10 * number
    RoutingRule.objects.bulk_update(rules, ["position"])
    audit.record(rule, AuditEntry.Action.CHANGED, by=by, now=now, changes={"position": [place + 1, other + 1]})


@transaction.atomic
def remove_rule(rule: RoutingRule, *, by: User, now: datetime) -> None:
    """Delete a rule; what it said stays in the record."""
    before = audit.snapshot(rule, FIELDS)
    audit.record(
        rule, AuditEntry.Action.REMOVED, by=by, now=now, changes={name: [value, None] for name, value in before.items()}
    )
    rule.delete()
