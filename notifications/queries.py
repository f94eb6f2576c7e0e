"""Questions about deliveries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import QuerySet

from knowledgebase.models import Article
from knowledgebase.models import Notice as ArticleNotice
from notifications.models import Delivery, DeliveryQuerySet
from notifications.reasons import reason
from people.models import User
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Sent:
    """How far one mail got; `is_doubtful`: it is the last one to a person whose address a mail came back from."""

    delivery: Delivery
    why: str
    is_doubtful: bool


def mails_by_message(ticket: Ticket) -> list[tuple[int | None, list[Sent]]]:
    """Give for each message how far its mails got."""
    mails = list(mails_of(ticket))
    last = {mail.recipient_id: mail.pk for mail in mails if mail.recipient is not None and mail.recipient.is_suspect}
    shown = [Sent(mail, reason(mail), last.get(mail.recipient_id) == mail.pk) for mail in mails]
    return [(key, list(group)) for key, group in groupby(shown, lambda sent: sent.delivery.event.message_id)]


def mails_of(ticket: Ticket) -> DeliveryQuerySet:
    """Give the mails by which this ticket's messages went to the requester and who takes part."""
    mails = Delivery.objects.filter(event__ticket=ticket, event__message__isnull=False, medium=Delivery.Medium.MAIL)
    return mails.select_related("event", "recipient").order_by("event__message_id", "pk")


def notices_of(user: User) -> DeliveryQuerySet:
    """Give what the bell shows this person, the newest first; only of tickets they may still see."""
    notices = Delivery.objects.notices_of(user).filter(event__ticket__in=Ticket.objects.visible_to(user).values("pk"))
    return notices.select_related("event__ticket", "event__by", "event__clock").order_by("-pk")


def articles_of(user: User) -> QuerySet[ArticleNotice]:
    """Give what the bell shows this person about articles, the newest first; only of those they may still see."""
    mine = ArticleNotice.objects.filter(person=user)
    if not user.is_agent or not mine.exists():  # most pages ask, and for most people there is nothing
        return mine.none()
    notices = mine.filter(article__in=Article.objects.visible_to(user).values("pk"))
    return notices.select_related("article").prefetch_related("article__texts").order_by("-pk")


def unseen_count(user: User) -> int:
    """Count the notices this person has not seen."""
    about_articles = articles_of(user).filter(seen_at__isnull=True).count()
    return notices_of(user).filter(state=Delivery.State.SENT).count() + about_articles


def oldest_due(now: datetime) -> timedelta | None:
    """Give how long the oldest mail that should have left is overdue; `None` when nothing waits."""
    due_at = Delivery.objects.due(now).order_by("next_try_at").values_list("next_try_at", flat=True).first()
    return None if due_at is None else now - due_at
