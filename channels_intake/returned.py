"""Mail of ours that came back: the ticket learns of it, the delivery failed, and the address is doubtful."""

import re
from datetime import datetime

from channels_intake.envelope import Envelope
from channels_intake.matching import proven, stored_id
from helpdesk.lib import message_ids
from notifications.models import Delivery
from notifications.telling import tell_of_failure
from people.models import User
from tickets.models import Message, Ticket
from tickets.operations.bouncing import file_bounce

# A warning that it takes longer; the mail may still arrive. What follows a colon is the subject of the mail itself.
_ONLY_LATE = re.compile(r"[^:]{0,80}(?:delay|verzögert|still being retried)|\W{0,3}warning: ", re.I)


def take_back(envelope: Envelope, *, now: datetime) -> tuple[Ticket, Message] | None:
    """
    File a bounce in the ticket whose mail came back; `None` when no mail of ours did.

    Only a Message-ID that we signed is believed: anybody could claim that somebody's mail bounces.
    """
    ids = tuple(dict.fromkeys((*envelope.bounced_ids, *envelope.in_reply_to, *envelope.references)))
    bounced = _came_back(ids)
    ticket = next(iter(proven((bounced.message_id.strip("<>"),) if bounced else ids)), None)
    if ticket is None:
        return None
    message = file_bounce(
        ticket,
        text=envelope.text or envelope.subject,
        full_text=envelope.full_text,
        message_id=stored_id(envelope.message_id),
        now=now,
    )
    if bounced is not None and _failed(envelope):
        _doubt(bounced, envelope.text or envelope.subject, now=now)
    return ticket, message


def _came_back(ids: tuple[str, ...]) -> Delivery | None:
    """Give the mail that came back: the nearest of these ids; the others are those that it answered."""
    ours = [f"<{one}>" for one in ids if message_ids.read(one) is not None]
    mails = Delivery.objects.filter(message_id__in=ours, medium=Delivery.Medium.MAIL)
    found = {one.message_id: one for one in mails.select_related("event__ticket", "event__by")}
    return next((found[one] for one in ours if one in found), None)


def _failed(envelope: Envelope) -> bool:
    return not _ONLY_LATE.match(envelope.subject) if envelope.bounce_failed is None else envelope.bounce_failed


def _doubt(bounced: Delivery, why: str, *, now: datetime) -> None:
    sent = Delivery.objects.filter(pk=bounced.pk, state=Delivery.State.SENT)
    if sent.update(state=Delivery.State.BOUNCED, error=why[:2_000]):
        tell_of_failure(bounced, now=now)
    if bounced.recipient_id is not None:
        User.objects.filter(pk=bounced.recipient_id).update(is_suspect=True)
