"""Changing the rules about mails, their order, and the list of blocked and allowed senders."""

from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Max

from channels_intake import blocking
from channels_intake.models import Block, MailRule
from helpdesk.administration.operations.saving import save
from people import audit
from people.models import AuditEntry, User

FIELDS = (
    "name", "matches", "conditions", "outcome", "queue", "ticket_kind", "category", "impact", "urgency", "language",
    "is_silent", "is_last", "is_active",
)  # fmt: skip


@transaction.atomic
def save_mail_rule(rule: MailRule, *, by: User, now: datetime) -> MailRule:
    """Store a new or changed rule; a new one comes last."""
    if not rule.pk:
        last = MailRule.objects.aggregate(last=Max("position"))["last"]
        rule.position = min((last or 0) + 10, 32_000)
    return save(rule, FIELDS, by=by, now=now)


@transaction.atomic
def switch_mail_rule(rule: MailRule, *, by: User, now: datetime) -> MailRule:
    """Turn a rule off, or on again."""
    rule = MailRule.objects.select_for_update().get(pk=rule.pk)
    rule.is_active = not rule.is_active
    return save(rule, ("is_active",), by=by, now=now)


@transaction.atomic
def move_mail_rule(rule: MailRule, direction: Literal["up", "down"], *, by: User, now: datetime) -> None:
    """Let a rule be asked one earlier or later."""
    rules = list(MailRule.objects.select_for_update())
    place = [one.pk for one in rules].index(rule.pk)
    other = place + (1 if direction == "down" else -1)
    if not 0 <= other < len(rules):
        return
    rules[place], rules[other] = rules[other], rules[place]
    for number, one in enumerate(rules, start=1):
        one.position = 10 * number
    MailRule.objects.bulk_update(rules, ["position"])
    audit.record(rule, AuditEntry.Action.CHANGED, by=by, now=now, changes={"position": [place + 1, other + 1]})


@transaction.atomic
def remove_mail_rule(rule: MailRule, *, by: User, now: datetime) -> None:
    """Delete a rule; what it said stays in the record."""
    said = {name: [value, None] for name, value in audit.snapshot(rule, FIELDS).items()}
    audit.record(rule, AuditEntry.Action.REMOVED, by=by, now=now, changes=said)
    rule.delete()


@transaction.atomic
def save_block(entry: Block, *, by: User, now: datetime) -> Block:
    """Store an entry about a sender."""
    entry.by, entry.at = by, now
    return save(entry, blocking.FIELDS, by=by, now=now)
