"""What is to become of a mail that would make a new ticket: blocked senders, rules, spam marks, trusted headers."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.db.models import Q

from channels_intake import rules
from channels_intake.blocking import Standing
from channels_intake.envelope import Envelope
from channels_intake.models import Mailbox, MailRule
from channels_intake.reasons import coded
from channels_intake.rules import Mail, Ruling
from knowledgebase.models import Category
from tickets.models import Queue, Ticket

# Impact and urgency that make this priority.
_PRIORITIES = {"low": (1, 1), "normal": (1, 2), "high": (2, 3), "critical": (3, 3)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of it; empty where nobody said anything."""

    refused: str = ""  # a reason as `reasons` codes it
    spam: str = ""
    queue: Queue | None = None
    ticket_kind: Ticket.Kind | None = None
    category: Category | None = None
    impact: int | None = None
    urgency: int | None = None
    language: str = ""
    is_silent: bool = False


def judge(envelope: Envelope, standing: Standing, *, mailbox: Mailbox | None, size: int) -> Verdict:
    """Ask the list of senders, then the rules, then what our own server and trusted systems wrote into the mail."""
    if standing.blocked_by:
        return Verdict(refused=coded("blocked", standing.blocked_by))
    mail = Mail(envelope, mailbox.address if mailbox else "", size)
    ruling = rules.judge(mail, MailRule.objects.filter(is_active=True).select_related("queue", "category"))
    verdict = verdict_of(ruling, envelope, is_allowed=standing.is_allowed)
    return _obey(verdict, envelope) if mailbox is not None and mailbox.is_trusted else verdict


def verdict_of(ruling: Ruling, envelope: Envelope, *, is_allowed: bool = False) -> Verdict:
    """Say what follows from a ruling; an allowed sender's mail is never spam."""
    if ruling.rejected_by:
        return Verdict(refused=coded("rejected", ruling.rejected_by))
    spam = coded("spam_rule", ruling.spam_by) if ruling.spam_by else ""
    if not spam and settings.MAIL_TRUST_SPAM_HEADER and marked_as_spam(envelope):
        spam = coded("spam_header")
    return Verdict(
        spam="" if is_allowed else spam,
        queue=ruling.queue,
        ticket_kind=ruling.ticket_kind,
        category=ruling.category,
        impact=ruling.impact,
        urgency=ruling.urgency,
        language=ruling.language,
        is_silent=ruling.is_silent,
    )


def marked_as_spam(envelope: Envelope) -> bool:
    """Tell whether a mail server marked it; only the topmost mark is read, as ours writes last."""
    flag, status = envelope.header("x-spam-flag")[:1], envelope.header("x-spam-status")[:1]
    return any(one.strip().lower() == "yes" for one in flag) or any(
        one.strip().lower().partition(",")[0].split()[:1] == ["yes"] for one in status
    )


def _obey(verdict: Verdict, envelope: Envelope) -> Verdict:
    """Do what a system of ours asks for in its headers, where no rule says otherwise."""
    priority = next(iter(envelope.header("x-helpdesk-priority")), "").strip().lower()
    wanted = next(iter(envelope.header("x-helpdesk-queue")), "").strip()[:80]
    if priority in _PRIORITIES and verdict.impact is None and verdict.urgency is None:
        impact, urgency = _PRIORITIES[priority]
        verdict = replace(verdict, impact=impact, urgency=urgency)
    if wanted and verdict.queue is None:
        named = Q(slug__iexact=wanted) | Q(name_de__iexact=wanted) | Q(name_en__iexact=wanted)
        verdict = replace(verdict, queue=Queue.objects.filter(named, is_active=True).first())
    return verdict
