"""Sending what is due: claim a row with a lease, send, mark. At least once, always with the same Message-ID."""

import logging
import time
from contextlib import closing
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from helpdesk.lib import live
from notifications.headers import BadAddress
from notifications.letters import write
from notifications.models import Delivery
from notifications.rendering import build
from notifications.servers import Away, LeftAlone, Refused, Servers, said
from notifications.smtp import Outgoing
from notifications.telling import tell_of_failure

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than a task may live
AT_MOST_SECONDS = 120.0  # then this run ends; the next one goes on
PAUSE = timedelta(seconds=30)  # for mails whose server is away


def send_due(now: datetime, limit: int = 100) -> int:
    """
    Send the mails that are due, each over its sender's server, and return how many left.

    Any process may run this at any time. A sender that dies keeps its mail only until the lease runs out; whether it
    had left by then nobody knows, so it goes out again with the same Message-ID.
    """
    tried, sent, started = 0, 0, time.monotonic()
    with closing(Servers(now)) as servers:
        while tried < limit and time.monotonic() - started < AT_MOST_SECONDS:
            delivery = _claim(now)
            if delivery is None:
                break
            try:
                sent += _try(delivery, servers, now)
                tried += 1
            except LeftAlone as error:
                _release(delivery, error, now)
    return sent


def _try(delivery: Delivery, servers: Servers, now: datetime) -> bool:
    """
    Send one mail, write down how it went, and tell whether it left.

    :raises LeftAlone: if its server was away a moment ago.
    """
    try:
        letter = write(delivery)
        built, envelope_from, to = build(delivery, letter)
        answer = servers.send(Outgoing(built, sender=envelope_from, to=to), letter.sender)
    except (BadAddress, Refused) as error:
        _fail(delivery, error, now)
        return False
    except LeftAlone:
        raise
    except (Away, OSError) as error:  # smtplib's exceptions are OSErrors, too
        log.warning("Mail %s did not leave, or nobody knows: %s", delivery.message_id, error)
        _retry(delivery, error, now)
        return False
    except Exception as error:
        log.exception("Mail %s could not be written.", delivery.message_id)
        _retry(delivery, error, now)
        return False
    _mark(delivery, state=Delivery.State.SENT, error="", answer=answer, sent_at=timezone.now(), next_try_at=None)
    return True


@transaction.atomic
def _claim(now: datetime) -> Delivery | None:
    due = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).due(now)
    delivery = due.order_by("next_try_at", "id").first()
    if delivery is not None:
        delivery.state = Delivery.State.SENDING
        delivery.lease_until = delivery.next_try_at = now + LEASE
        delivery.tries += 1
        delivery.save(update_fields=["state", "lease_until", "next_try_at", "tries"])
    return delivery


def _release(delivery: Delivery, error: Exception, now: datetime) -> None:
    """Put back what was not tried; it does not count, and leaves the next run to the mails of others."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.SENDING, lease_until=delivery.lease_until)
    mine.update(
        state=Delivery.State.QUEUED,
        lease_until=None,
        next_try_at=now + PAUSE,
        tries=delivery.tries - 1,
        error=said(error),
    )


def _retry(delivery: Delivery, error: Exception, now: datetime) -> None:
    """Put the mail back for later, or give it up after two days."""
    next_try_at = now + timedelta(seconds=min(3600, 15 * 2 ** min(delivery.tries, 12)))
    if delivery.give_up_at is not None and next_try_at > delivery.give_up_at:
        _fail(delivery, error, now)
    else:
        _mark(delivery, state=Delivery.State.QUEUED, error=said(error), next_try_at=next_try_at)


def _fail(delivery: Delivery, error: Exception, now: datetime) -> None:
    if _mark(delivery, state=Delivery.State.FAILED, error=said(error), next_try_at=None):
        tell_of_failure(delivery, now=now)


def _mark(delivery: Delivery, **fields: object) -> bool:
    """Write down how it went, unless the lease ran out and somebody else has the mail by now."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.SENDING, lease_until=delivery.lease_until)
    if not mine.update(lease_until=None, **fields):
        return False
    event = delivery.event
    if event.by_id is not None and event.message_id is not None:
        live.publish(f"user:{event.by_id}", "ticket", {"id": event.ticket_id, "version": event.ticket.version})
    return True
