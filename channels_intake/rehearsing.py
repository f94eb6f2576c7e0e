"""Trying rules on mails without doing anything: on one, or on those of the last days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BinaryField
from django.db.models.functions import Substr

from channels_intake import rules, senders
from channels_intake.accept import OWN_ADDRESS, STRAY_REPLY, STRAY_REPORT, turned_away
from channels_intake.blocking import Standing, standing
from channels_intake.email.parse import Unreadable, to_envelope
from channels_intake.envelope import Envelope
from channels_intake.judging import Verdict, verdict_of
from channels_intake.models import Arrival, MailRule
from channels_intake.rules import BY_CONTENT, Condition, Hit, Mail

LATELY = timedelta(days=30)
MOST_MAILS = 1_000
_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen to a mail as a new request."""

    subject: str
    sender: str
    hits: tuple[Hit, ...]
    standing: Standing
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the mails looked at a rule would have hit; `is_partial`: some conditions could not be asked."""

    hits: int
    mails: int
    is_partial: bool


def rehearse(raw: bytes, *, mailbox: str = "") -> Rehearsal:
    """
    Say what would become of a mail.

    :raises channels_intake.email.parse.Unreadable: if there is nothing to read.
    """
    envelope = to_envelope(raw)
    if reason := _no_request(envelope):
        return Rehearsal(envelope.subject, envelope.from_address, (), Standing(), Verdict(refused=reason))
    found = standing(envelope)
    active = MailRule.objects.filter(is_active=True).select_related("queue", "category")
    ruling = rules.judge(Mail(envelope, mailbox, len(raw)), active)
    verdict = verdict_of(ruling, envelope, is_allowed=found.is_allowed)
    return Rehearsal(envelope.subject, envelope.from_address, ruling.hits, found, verdict)


def count(rule: MailRule, *, now: datetime) -> Count:
    """Count what a rule would have hit lately, by headers alone; conditions about what is in a mail are left out."""
    asked = [one for one in rule.conditions if Condition.read(one).field not in BY_CONTENT]
    by_head = MailRule(name=rule.name, matches=rule.matches, conditions=asked)
    mails = hits = 0
    recent = (
        Arrival.objects.without_raw()
        .filter(channel="email", received_at__gte=now - LATELY, size__gt=0)
        .annotate(head=Substr("raw", 1, _HEAD, output_field=BinaryField()))
        .select_related("mailbox")
    )
    found: Any = recent.order_by("-received_at", "-pk")[:MOST_MAILS]
    for arrival in found:
        mails += 1
        hits += bool(asked) and _would_hit(arrival, bytes(arrival.head), by_head)
    return Count(hits, mails, is_partial=len(asked) < len(rule.conditions))


def _no_request(envelope: Envelope) -> str:
    """Say why a mail makes no ticket before anybody asks a rule."""
    if envelope.from_address in senders.own_addresses():
        return OWN_ADDRESS
    if envelope.bounce:
        return STRAY_REPORT
    sender = senders.find(envelope.from_address) if envelope.from_address else None
    return turned_away(envelope, sender) or (STRAY_REPLY if envelope.auto_reply else "")


def _would_hit(arrival: Arrival, head: bytes, rule: MailRule) -> bool:
    ends = [end for end in (head.find(b"\n\r\n"), head.find(b"\n\n")) if end >= 0]
    try:
        envelope = to_envelope(head[: min(ends) + 1] if ends else head)
    except Unreadable:
        return False
    address = arrival.mailbox.address if arrival.mailbox else ""
    return rules.meets(Mail(envelope, address, arrival.size), rule) is not None
