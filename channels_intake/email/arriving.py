"""Storing raw mails before anything else happens to them, and accepting what is stored."""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from django.db.models import QuerySet

from channels_intake import senders
from channels_intake.accept import Acceptance, accept
from channels_intake.email import raws
from channels_intake.email.heads import head_of
from channels_intake.email.parse import to_envelope
from channels_intake.envelope import Envelope
from channels_intake.models import Arrival, Mailbox
from helpdesk.lib import message_ids
from notifications.headers import LOOP_HEADER, is_loop_mark
from tickets import relay

log = logging.getLogger(__name__)

TRIES = 3
_IN_EACH_OTHERS_WAY = ("40P01", "40001")  # PostgreSQL's codes for deadlocks and the like


class CannotRetry(Exception):
    """Only a mail that could not be processed, and whose raw bytes are kept, can be tried again."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The row of a mail, and whether it is the first time it came."""

    arrival: Arrival
    is_new: bool


def store(
    raw: bytes,
    *,
    now: datetime,
    mailbox: Mailbox | None = None,
    uidvalidity: int | None = None,
    uid: int | None = None,
    recipients: Iterable[str] = (),
) -> Stored:
    """
    Keep the raw mail; a mail that is there already is found again, whatever way it came into this mailbox.

    Committed, unless the caller runs a transaction: only then may the sender's side forget the mail.
    """
    mailbox = mailbox or senders.mailbox_for(list(recipients))
    head = head_of(raw)
    arrival = Arrival(
        channel="email",
        mailbox=mailbox,
        external_id=head.key,
        uidvalidity=uidvalidity,
        uid=uid,
        raw=raw if len(raw) <= raws.PIECE else b"",
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        received_at=now,
        sender=head.sender[:254],
        subject=head.subject[:250],
    )
    try:
        with transaction.atomic():
            arrival.save(force_insert=True)
            raws.keep(arrival, raw)
    except IntegrityError:
        return _stored_before(arrival, raw)
    return Stored(arrival, is_new=True)


def process(arrival_id: int, *, now: datetime, envelope: Envelope | None = None) -> Acceptance | None:
    """
    Accept a stored mail; `None` when that is done already, or it is waiting for a later try.

    What fails is tried again later; after three tries it stays, visibly, for an administrator, with its raw bytes.
    """
    while True:
        try:
            return _process(Arrival.objects.filter(pk=arrival_id), now, envelope)
        except _Earlier as earlier:
            process(earlier.pk, now=now)
        except Arrival.DoesNotExist:
            return None
        except _Again:
            continue


def process_stored(now: datetime, limit: int = 1_000) -> int:
    """
    Accept what is stored, the oldest first, and return how many were taken up.

    Any number of processes share the work. An answer never overtakes the mail that it answers: it waits until those
    that came before it and are being worked on are done. Each has a moment of its own: tickets go on while this runs.
    """
    taken, began = 0, monotonic()
    with relay.waking_seldom():
        while taken < limit:
            moment = now + timedelta(seconds=monotonic() - began)
            try:
                _process(Arrival.objects.due(moment).order_by("received_at", "pk")[:1], moment)
            except Arrival.DoesNotExist:
                break
            except (_Earlier, _Again):
                continue
            taken += 1
    return taken


@transaction.atomic
def retry(arrival: Arrival) -> Arrival:
    """
    Let an unprocessable mail be tried again.

    :raises CannotRetry: if it is not unprocessable, or came without raw bytes.
    """
    locked = Arrival.objects.select_for_update(of=("self",)).without_raw().get(pk=arrival.pk)
    if locked.state != Arrival.State.UNPROCESSABLE or not locked.size:
        raise CannotRetry("Only an unprocessable mail can be tried again.")
    locked.state, locked.tries, locked.next_try_at = Arrival.State.STORED, 0, None
    locked.save(update_fields=["state", "tries", "next_try_at"])
    return locked


def database_answers() -> bool:
    """Tell whether the database is there."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        connection.close()
        return False
    return True


class _Earlier(Exception):
    """A mail that came before and may be what this one answers has to be accepted first."""

    def __init__(self, pk: int) -> None:
        super().__init__(f"Arrival {pk} comes first.")
        self.pk = pk


class _Again(Exception):
    """Two processes were in each other's way; nothing is wrong with the mail."""


def _process(chosen: QuerySet[Arrival], now: datetime, envelope: Envelope | None = None) -> Acceptance | None:
    """
    Lock the first of these mails that nobody works on, and accept it, in one transaction.

    While it is read, nothing but its own row is locked. One chosen by its key is waited for.
    """
    arrival: Arrival | None = None
    try:
        with transaction.atomic():
            arrival = raws.small_ones(chosen).select_for_update(
                no_key=True, of=("self",), skip_locked=chosen.query.is_sliced
            ).select_related("mailbox").get()  # fmt: skip
            if arrival.is_finished:
                return None
            envelope = envelope or to_envelope(raws.read(arrival))
            if _may_answer_a_waiting_one(envelope):
                _wait_for_earlier(arrival, now)
            return accept(envelope, now=now, mailbox=arrival.mailbox, arrival=arrival, is_ours=_is_ours(envelope))
    except (_Earlier, Arrival.DoesNotExist):
        raise
    except Exception as error:
        if arrival is None or (isinstance(error, DatabaseError | InterfaceError) and not database_answers()):
            raise  # not the mail's fault
        if getattr(error.__cause__, "pgcode", None) in _IN_EACH_OTHERS_WAY:
            raise _Again from error
        log.exception("Arrival %s could not be processed.", arrival.pk)
        _failed(arrival, error, now)
        return None


def _is_ours(envelope: Envelope) -> bool:
    """Tell whether the mail carries the mark that our own mails carry."""
    return any(is_loop_mark(mark) for mark in envelope.header(LOOP_HEADER)[:5])


def _may_answer_a_waiting_one(envelope: Envelope) -> bool:
    """Tell whether it refers to mails, and to none of ours: what we sent is about a ticket that is there."""
    ids = (*envelope.in_reply_to, *envelope.references)
    return bool(ids) and all(message_ids.read(one) is None for one in ids)


def _wait_for_earlier(arrival: Arrival, now: datetime) -> None:
    """
    Wait until those that came before are done by whoever works on them.

    Each waits for earlier ones only and holds no other lock yet, so nobody waits for each other.

    :raises _Earlier: if one is left that nobody works on.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM channels_intake_arrival WHERE state = 'stored' AND (received_at, id) < (%s, %s) "
            "AND (next_try_at IS NULL OR next_try_at <= %s) ORDER BY received_at, id LIMIT 1 FOR SHARE",
            [arrival.received_at, arrival.pk, now],
        )
        if left := cursor.fetchone():
            raise _Earlier(left[0])


@transaction.atomic
def _stored_before(arrival: Arrival, raw: bytes) -> Stored:
    known = Arrival.objects.without_raw().filter(mailbox=arrival.mailbox, external_id=arrival.external_id).first()
    if known is not None:
        return Stored(known, is_new=False)
    # Another mail has this UID: the server gave it twice, so it says nothing.
    arrival.uid = arrival.uidvalidity = None
    arrival.save(force_insert=True)
    raws.keep(arrival, raw)
    return Stored(arrival, is_new=True)


def _failed(seen: Arrival, error: Exception, now: datetime) -> None:
    with transaction.atomic():
        arrival = Arrival.objects.without_raw().select_for_update(no_key=True, of=("self",)).get(pk=seen.pk)
        if arrival.tries != seen.tries or arrival.is_finished:
            return  # another process tried at the same moment
        arrival.tries += 1
        arrival.reason = f"{type(error).__name__}: {error}"[:2_000].replace("\x00", "")
        arrival.next_try_at = now + timedelta(seconds=20 * 3**arrival.tries)
        if arrival.tries >= TRIES:
            arrival.state, arrival.next_try_at = Arrival.State.UNPROCESSABLE, None
        arrival.save(update_fields=["tries", "reason", "next_try_at", "state"])
