"""Trying a failed mail once more, and believing in an address again."""

from datetime import datetime

from django.db import transaction

from notifications.models import Delivery
from notifications.telling import GIVE_UP_AFTER, wake_sender
from people.models import User


class CannotResend(Exception):
    """The mail is on its way, or was taken by the recipient's server."""


@transaction.atomic
def resend(delivery: Delivery, *, now: datetime) -> Delivery:
    """
    Send a mail that failed or came back again, to the address its recipient has now, with the same Message-ID.

    :raises CannotResend: if it did not fail.
    """
    delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if delivery.state not in (Delivery.State.FAILED, Delivery.State.BOUNCED) or delivery.recipient is None:
        raise CannotResend("Only a mail that failed can be sent again.")
    delivery.address = delivery.recipient.email
    delivery.state, delivery.error, delivery.tries = Delivery.State.QUEUED, "", 0
    delivery.next_try_at, delivery.give_up_at = now, now + GIVE_UP_AFTER
    delivery.save(update_fields=["address", "state", "error", "tries", "next_try_at", "give_up_at"])
    transaction.on_commit(wake_sender, robust=True)
    return delivery


def trust_address(delivery: Delivery) -> None:
    """Remember that this recipient's address is right, though a mail to it came back: automatic mail goes there again."""
    User.objects.filter(deliveries=delivery.pk).update(is_suspect=False)
