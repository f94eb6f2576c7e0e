"""What people do about a gap: have its article begun, or say why none is wanted."""

from datetime import datetime

from django.db import transaction

from knowledgebase.models import Article
from people.models import User
from tickets.drafting import draft_from
from tickets.models import Gap, Ticket


class NothingToWriteFrom(Exception):
    """None of the solved tickets may be seen by whoever asks."""


def begin_article(gap: Gap, *, by: User, now: datetime) -> Article:
    """
    Begin the article out of the most typical solved ticket this person may see; asked again, give the one begun.

    :raises NothingToWriteFrom: if there is no such ticket.
    """
    if gap.article is not None:
        return gap.article
    solved = Ticket.objects.visible_to(by).filter(gap__gap=gap, state__in=("resolved", "closed"))
    ticket = solved.order_by("gap__position").first()
    if ticket is None:
        raise NothingToWriteFrom("None of its solved tickets is yours to see.")
    article = draft_from(ticket, by=by, now=now).article
    with transaction.atomic():
        gap = Gap.objects.select_for_update().get(pk=gap.pk)
        if gap.article_id is None:
            gap.article, gap.state = article, Gap.State.DRAFTED
            _decided(gap, by, now)
    return article


@transaction.atomic
def dismiss(gap: Gap, *, reason: str, by: User, now: datetime) -> Gap:
    """Say why no article is wanted; the gap comes back when it has become a matter of twice as many."""
    gap = Gap.objects.select_for_update().get(pk=gap.pk)
    gap.state, gap.reason = Gap.State.DISMISSED, reason.strip()[:200]
    _decided(gap, by, now)
    return gap


@transaction.atomic
def take_up(gap: Gap, *, by: User, now: datetime) -> Gap:
    """Take a dismissal back."""
    gap = Gap.objects.select_for_update().get(pk=gap.pk)
    gap.state, gap.reason = Gap.State.OPEN, ""
    _decided(gap, by, now)
    return gap


def _decided(gap: Gap, by: User, now: datetime) -> None:
    gap.decided_by, gap.decided_at, gap.decided_count = by, now, gap.tickets_count
    gap.save()
