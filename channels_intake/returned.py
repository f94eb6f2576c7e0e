"""Mail of ours that came back: the ticket learns of it, the delivery failed, and the address is doubtful."""

import re
from datetime import datetime

from channels_intake.envelope import Envelope
from channels_intake.matching import proven, stored_id
from helpdesk.lib import message_ids
from notifications.models import Delivery
from people.models import User
from tickets.models import Message, Ticket
from tickets.operations.bouncing import file_bounce

# A warning that it takes longer; the mail may still arrive.
_ONLY_LATE = re.compile(r"delay|warning: |verzögert|still being retried", re.I)


def take_back(envelope: Envelope, *, now: datetime) -> tuple[Ticket, Message] | None:
    """
    File a bounce in the ticket whose mail came back; `None` when no mail of ours did.

    Only a Message-ID that we signed is believed: anybody could claim that somebody's mail bounces.
    """
    ids = tuple(one for one in dict.fromkeys((*envelope.bounced_ids, *envelope.in_reply_to, *envelope.references)))
    ticket = next(iter(proven(ids)), None)
    if ticket is None:
        return None
    message = file_bounce(
        ticket,
        text=envelope.text or envelope.subject,
        full_text=envelope.full_text,
        message_id=stored_id(envelope.message_id),
        now=now,
    )
    if not _ONLY_LATE.search(envelope.subject):
        _doubt(envelope, ids)
    return ticket, message


def _doubt(envelope: Envelope, ids: tuple[str, ...]) -> None:
    ours = [f"<{one}>" for one in ids if message_ids.read(one) is not None]
    bounced = Delivery.objects.filter(message_id__in=ours, medium=Delivery.Medium.MAIL)
    recipients = list(bounced.values_list("recipient", flat=True))
    bounced.filter(state=Delivery.State.SENT).update(
        state=Delivery.State.BOUNCED, error=(envelope.text or envelope.subject)[:2_000]
    )
    User.objects.filter(pk__in=[pk for pk in recipients if pk is not None]).update(is_suspect=True)
