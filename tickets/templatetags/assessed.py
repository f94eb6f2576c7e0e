"""What triage learnt about a ticket: similar solved ones this person may see, and where it probably belongs."""

from dataclasses import dataclass
from datetime import datetime

from django import template
from django.utils.translation import gettext, ngettext

from people.models import User
from tickets.models import Queue, Ticket, Triage
from tickets.triage.frustration import UPSET

register = template.Library()
SURE_OF_QUEUE = 0.5


@dataclass(frozen=True)
class Beside:
    """What stands beside the suggested solutions."""

    version: int
    at: datetime
    tickets: list[Ticket]
    queue: Queue | None
    share: int
    words: str


@register.simple_tag
def upset_because(ticket: Ticket) -> list[str]:
    """Say why the requester may be upset; nothing below the mark from which the list says so."""
    if ticket.upset < UPSET:
        return []
    triage: Triage | None = getattr(ticket, "triage", None)
    return [_because(kind, detail) for kind, _, detail in triage.upset] if triage else []


def _because(kind: str, detail: str) -> str:
    count = int(detail) if detail.isdigit() else 0
    said = {
        "reopened": ngettext("reopened once", "reopened %(count)s times", count),
        "breached": gettext("waited longer than promised"),
        "unanswered": ngettext("one message without an answer", "%(count)s messages without an answer", count),
        "same_matter": gettext("asked about the same before"),
        "hops": ngettext("moved once", "moved %(count)s times", count),
    }.get(kind) or (gettext("wrote “%(words)s”") if detail else gettext("wrote in capitals or with exclamation marks"))
    return said % {"count": count, "words": detail}


@register.simple_tag
def learnt_about(ticket: Ticket, user: User) -> Beside | None:
    """Give what was learnt about the ticket; nothing without a model."""
    triage: Triage | None = getattr(ticket, "triage", None)
    if triage is None or not triage.learnt:
        return None
    learnt = triage.learnt
    numbers = [number for number, _ in learnt["like"]]
    seen = Ticket.objects.visible_to(user).filter(pk__in=numbers).only("subject", "state", "resolution", "resolved_at")
    by_number = {one.pk: one for one in seen} if numbers else {}
    queue, share = _queue(ticket, learnt["queues"])
    return Beside(
        learnt["version"],
        triage.at,
        [by_number[one] for one in numbers if one in by_number],
        queue,
        share,
        _quoted(learnt),
    )


def _quoted(learnt: dict[str, list[str]]) -> str:
    return ", ".join(gettext("“%(word)s”") % {"word": word} for word in learnt.get("queue_words", []))


def _queue(ticket: Ticket, guesses: list[tuple[int, float]]) -> tuple[Queue | None, int]:
    """Give the queue it probably ends in, if that is not where it is, or goes, already."""
    if not guesses or guesses[0][1] < SURE_OF_QUEUE or guesses[0][0] in (ticket.queue_id, ticket.specialists_id):
        return None, 0
    return Queue.objects.filter(pk=guesses[0][0], is_active=True).first(), round(100 * guesses[0][1])
