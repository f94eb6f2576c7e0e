"""Sending what is due: claim a row with a lease, send, mark. At least once, always with the same Message-ID."""

import logging
import smtplib
import time
from datetime import datetime, timedelta

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from helpdesk.lib import live
from notifications.headers import BadAddress
from notifications.letters import write
from notifications.models import Delivery
from notifications.rendering import build
from notifications.smtp import Outgoing
from notifications.telling import tell_of_failure

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than a task may live
AT_MOST_SECONDS = 120.0  # then this run ends; the next one goes on
_AUTHENTICATION = (454, 530, 534, 535, 538)  # our configuration is wrong, not the mail


class Refused(Exception):
    """The mail will never be taken."""


class Away(Exception):
    """The server cannot be reached, or does not let us in; other mails need not try now."""


def send_due(now: datetime, limit: int = 100) -> int:
    """
    Send the mails that are due over one connection and return how many left.

    Any process may run this at any time. A sender that dies keeps its mail only until the lease runs out; whether it
    had left by then nobody knows, so it goes out again with the same Message-ID.
    """
    sent, started = 0, time.monotonic()
    connection = mail.get_connection()
    try:
        for _ in range(limit):
            delivery = _claim(now)
            if delivery is None or time.monotonic() - started > AT_MOST_SECONDS:
                break
            try:
                answer = _send(delivery, connection)
            except (BadAddress, Refused) as error:
                _fail(delivery, error, now)
            except Away as error:
                log.warning("Mail %s did not leave: %s", delivery.message_id, error)
                _retry(delivery, error, now)
                break
            except OSError as error:  # smtplib's exceptions are, too
                log.warning("Mail %s did not leave, or nobody knows: %s", delivery.message_id, error)
                _retry(delivery, error, now)
                _close(connection)
            except Exception as error:
                log.exception("Mail %s could not be written.", delivery.message_id)
                _retry(delivery, error, now)
            else:
                _mark(
                    delivery,
                    state=Delivery.State.SENT,
                    error="",
                    answer=answer,
                    sent_at=timezone.now(),
                    next_try_at=None,
                )
                sent += 1
    finally:
        _close(connection)
    return sent


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


def _send(delivery: Delivery, connection: BaseEmailBackend) -> str:
    """
    Hand the mail to the server and return its answer.

    :raises Refused: if the server will never take it.
    :raises Away: if there is no server to talk to.
    :raises OSError: if it did not take it this time, or nobody knows.
    """
    built, sender, to = build(delivery, write(delivery))
    outgoing = Outgoing(built, sender=sender, to=to)
    try:
        connection.open()
    except OSError as error:
        raise Away(_said(error)) from error
    try:
        connection.send_messages([outgoing])
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        _refuse(code, text)
        raise
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        _refuse(error.smtp_code, error.smtp_error)
        raise
    return outgoing.answer


def _refuse(code: int, text: bytes | str) -> None:
    if 500 <= code < 600 and code not in _AUTHENTICATION:
        raise Refused(f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}")


def _retry(delivery: Delivery, error: Exception, now: datetime) -> None:
    """Put the mail back for later, or give it up after two days."""
    next_try_at = now + timedelta(seconds=min(3600, 15 * 2 ** min(delivery.tries, 12)))
    if delivery.give_up_at is not None and next_try_at > delivery.give_up_at:
        _fail(delivery, error, now)
    else:
        _mark(delivery, state=Delivery.State.QUEUED, error=_said(error), next_try_at=next_try_at)


def _fail(delivery: Delivery, error: Exception, now: datetime) -> None:
    if _mark(delivery, state=Delivery.State.FAILED, error=_said(error), next_try_at=None):
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


def _said(error: Exception) -> str:
    return str(error)[:1_000] or type(error).__name__


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError as error:
        log.info("The mail server did not say goodbye: %s", error)
