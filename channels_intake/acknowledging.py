"""Whether, and in which words, the arrival of a request is confirmed; the guards against answering machines."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext, override

from channels_intake.authentication import dmarc
from channels_intake.envelope import Envelope
from channels_intake.models import AutoReply
from notifications.models import Delivery
from people.models import User
from tickets.models import Message, Ticket
from tickets.operations.acknowledging import acknowledge

HOUR = timedelta(hours=1)
# A new request that comes so soon after our confirmation went out may be a machine's answer to it, however it looks.
ECHO = timedelta(minutes=5)
# To people who never wrote before, all together: forged senders must not make us a source of spam.
STRANGERS_TIMES = 60


def acknowledge_if_safe(ticket: Ticket, envelope: Envelope, *, is_new: bool, now: datetime) -> Message | None:
    """Confirm the request, unless a machine, a forger or a flood may be behind it; `is_new`: the person wrote first."""
    requester = ticket.requester
    if not _is_human(envelope) or requester.is_suspect or not _may_have_another(requester, is_new, now):
        return None
    return acknowledge(ticket, text=_words(ticket), now=now)


def _is_human(envelope: Envelope) -> bool:
    if envelope.auto_generated or envelope.auto_reply or envelope.bounce or envelope.return_path == "":
        return False
    return dmarc(envelope.authentication_results, envelope.from_address) not in ("fail", "quarantine", "reject")


def _may_have_another(person: User, is_new: bool, now: datetime) -> bool:
    """Write down one more automatic answer unless there were too many lately, in one statement."""
    limit = settings.AUTO_REPLIES_PER_HOUR
    asked: dict[str, Any] = {
        "address": person.email, "is_new": is_new, "now": now, "since": now - HOUR, "limit": limit,
        "most_strangers": limit * STRANGERS_TIMES, "person": person.pk, "just_now": now - ECHO,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ONE_MORE.format(table=AutoReply._meta.db_table, mails=Delivery._meta.db_table), asked)
        return bool(cursor.rowcount)


_ONE_MORE = """
INSERT INTO {table} (address, is_stranger, at) SELECT %(address)s, %(is_new)s, %(now)s
WHERE (SELECT count(*) FROM {table} WHERE address = %(address)s AND at > %(since)s) < %(limit)s
AND NOT EXISTS (
    SELECT FROM {mails} JOIN tickets_event event ON event.id = event_id AND event.kind = 'acknowledged'
    WHERE recipient_id = %(person)s AND sent_at > %(just_now)s
)
AND (NOT %(is_new)s OR (SELECT count(*) FROM {table} WHERE is_stranger AND at > %(since)s) < %(most_strangers)s)
"""


def _words(ticket: Ticket) -> str:
    # Nothing the sender wrote is repeated: with a forged sender it would be our spam to a stranger.
    with override(ticket.language):
        return gettext(
            "Thank you for your message. We have received it and opened a ticket with the number %(number)s.\n\n"
            "You don't have to do anything now: we will come back to you. If you want to add something, just answer "
            "this mail and leave the number in the subject."
        ) % {"number": ticket.number}
