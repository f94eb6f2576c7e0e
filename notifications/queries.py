"""Questions about deliveries."""

from datetime import datetime, timedelta

from notifications.models import Delivery, DeliveryQuerySet
from people.models import User
from tickets.models import Ticket


def mails_of(ticket: Ticket) -> DeliveryQuerySet:
    """Give the mails by which this ticket's messages went to the requester and who takes part."""
    mails = Delivery.objects.filter(event__ticket=ticket, event__message__isnull=False, medium=Delivery.Medium.MAIL)
    return mails.select_related("event", "recipient").order_by("event__message_id", "pk")


def notices_of(user: User) -> DeliveryQuerySet:
    """Give what the bell shows this person, the newest first; only of tickets they may still see."""
    notices = Delivery.objects.notices_of(user).filter(event__ticket__in=Ticket.objects.visible_to(user).values("pk"))
    return notices.select_related("event__ticket", "event__by", "event__clock").order_by("-pk")


def unseen_count(user: User) -> int:
    """Count the notices this person has not seen."""
    return notices_of(user).filter(state=Delivery.State.SENT).count()


def oldest_due(now: datetime) -> timedelta | None:
    """Give how long the oldest mail that should have left is overdue; `None` when nothing waits."""
    due_at = Delivery.objects.due(now).order_by("next_try_at").values_list("next_try_at", flat=True).first()
    return None if due_at is None else now - due_at
