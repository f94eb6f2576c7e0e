"""Whether, and in which words, the arrival of a request is confirmed; the guards against answering machines."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext, override

from channels_intake.authentication import dmarc
from channels_intake.envelope import Envelope
from channels_intake.models import AutoReply
from people.models import User
from tickets.models import Message, Ticket
from tickets.operations.acknowledging import acknowledge

HOUR = timedelta(hours=1)
# To people who never wrote before, all together: forged senders must not make us a source of spam.
STRANGERS_TIMES = 60


def acknowledge_if_safe(ticket: Ticket, envelope: Envelope, *, is_new: bool, now: datetime) -> Message | None:
    """Confirm the request, unless a machine, a forger or a flood may be behind it; `is_new`: the person wrote first."""
    requester = ticket.requester
    if not _is_human(envelope) or requester.is_suspect or _too_many(requester, is_new, now):
        return None
    AutoReply.objects.create(address=requester.email, is_stranger=is_new, at=now)
    return acknowledge(ticket, text=_words(ticket), now=now)


def _is_human(envelope: Envelope) -> bool:
    if envelope.auto_generated or envelope.auto_reply or envelope.bounce or envelope.return_path == "":
        return False
    return dmarc(envelope.authentication_results, envelope.from_address) not in ("fail", "quarantine", "reject")


def _too_many(person: User, is_new: bool, now: datetime) -> bool:
    limit = settings.AUTO_REPLIES_PER_HOUR
    recent = AutoReply.objects.filter(at__gt=now - HOUR)
    if recent.filter(address=person.email).count() >= limit:
        return True
    return is_new and recent.filter(is_stranger=True).count() >= limit * STRANGERS_TIMES


def _words(ticket: Ticket) -> str:
    # Nothing the sender wrote is repeated: with a forged sender it would be our spam to a stranger.
    with override(ticket.language):
        return gettext(
            "Thank you for your message. We have received it and opened a ticket with the number %(number)s.\n\n"
            "You don't have to do anything now: we will come back to you. If you want to add something, just answer "
            "this mail and leave the number in the subject."
        ) % {"number": ticket.number}
