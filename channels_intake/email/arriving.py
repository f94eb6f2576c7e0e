"""Storing raw mails before anything else happens to them, and accepting what is stored."""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from django.db.models import QuerySet

from channels_intake import senders
from channels_intake.accept import Acceptance, accept
from channels_intake.email import limits
from channels_intake.email.addresses import first_sender
from channels_intake.email.headers import message_id_of, subject_of
from channels_intake.email.parse import to_envelope
from channels_intake.email.structure import split_mail
from channels_intake.envelope import Envelope
from channels_intake.models import Arrival, Mailbox, key_of
from notifications.headers import LOOP_HEADER, is_loop_mark

log = logging.getLogger(__name__)

TRIES = 3
_SENDERS = ("from", "reply-to", "sender", "return-path")
SWEEP = 7_303_014  # the advisory lock of the sweep, so that mails are taken in the order they came


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
    head = _head(raw)
    arrival = Arrival(
        channel="email",
        mailbox=mailbox,
        external_id=head.key,
        uidvalidity=uidvalidity,
        uid=uid,
        raw=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        received_at=now,
        sender=head.sender[:254],
        subject=head.subject[:250],
    )
    try:
        with transaction.atomic():
            arrival.save(force_insert=True)
    except IntegrityError:
        return _stored_before(arrival)
    return Stored(arrival, is_new=True)


def process(arrival_id: int, *, now: datetime, envelope: Envelope | None = None) -> Acceptance | None:
    """
    Accept a stored mail; `None` when another process has it, or it is waiting for a later try.

    It is parsed outside of the transaction. What fails is tried again later; after three tries it stays, visibly, for
    an administrator, with its raw bytes.
    """
    arrival = Arrival.objects.select_related("mailbox").get(pk=arrival_id)
    try:
        envelope = envelope or to_envelope(bytes(arrival.raw))
        with transaction.atomic():
            locked = Arrival.objects.without_raw().select_for_update(of=("self",)).get(pk=arrival_id)
            if locked.is_finished:
                return None
            is_ours = _is_ours(bytes(arrival.raw))
            return accept(envelope, now=now, mailbox=arrival.mailbox, arrival=locked, is_ours=is_ours)
    except Exception as error:
        if isinstance(error, DatabaseError | InterfaceError) and not database_answers():
            raise  # not the mail's fault
        log.exception("Arrival %s could not be processed.", arrival_id)
        _failed(arrival_id, error, now)
        return None


def process_stored(now: datetime, limit: int = 1_000) -> int:
    """
    Accept what is stored, in the order it came, and return how many were taken up.

    One process does it at a time, so that an answer never overtakes the mail that it answers.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SWEEP])
        if not cursor.fetchone()[0]:
            return 0
    taken = 0
    try:
        while taken < limit and (due := list(_due(now)[:50])):
            for pk in due:
                process(pk, now=now)
            taken += len(due)
        return taken
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SWEEP])


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


@dataclass(frozen=True, slots=True)
class _Head:
    key: str
    sender: str = ""
    subject: str = ""


def _head(raw: bytes) -> _Head:
    """Read what identifies a mail; one that cannot be read is identified by its bytes."""
    by_bytes = f"sha256:{hashlib.sha256(raw).hexdigest()}"
    try:
        root, _ = split_mail(raw)
        _, sender = first_sender([value for name in _SENDERS for value in root.all(name)])
        return _Head(key_of(message_id_of(root) or by_bytes, sender), sender, subject_of(root))
    except Exception:  # storing must not fail for what is in a mail
        log.exception("The head of a mail could not be read.")
        return _Head(key_of(by_bytes, ""))


def _is_ours(raw: bytes) -> bool:
    """Tell whether the mail carries the mark that our own mails carry."""
    root, _ = split_mail(raw[: limits.HEADER_BLOCK_BYTES])
    return any(is_loop_mark(mark.decode("latin-1")) for mark in root.all(LOOP_HEADER.lower())[:5])


def _stored_before(arrival: Arrival) -> Stored:
    known = Arrival.objects.without_raw().filter(mailbox=arrival.mailbox, external_id=arrival.external_id).first()
    if known is not None:
        return Stored(known, is_new=False)
    # Another mail has this UID: the server gave it twice, so it says nothing.
    arrival.uid = arrival.uidvalidity = None
    arrival.save(force_insert=True)
    return Stored(arrival, is_new=True)


def _due(now: datetime) -> QuerySet[Arrival, int]:
    return Arrival.objects.due(now).order_by("received_at", "pk").values_list("pk", flat=True)


def _failed(arrival_id: int, error: Exception, now: datetime) -> None:
    with transaction.atomic():
        arrival = Arrival.objects.without_raw().select_for_update(of=("self",)).get(pk=arrival_id)
        arrival.tries += 1
        arrival.reason = f"{type(error).__name__}: {error}"[:2_000].replace("\x00", "")
        arrival.next_try_at = now + timedelta(seconds=20 * 3**arrival.tries)
        if arrival.tries >= TRIES:
            arrival.state, arrival.next_try_at = Arrival.State.UNPROCESSABLE, None
        arrival.save(update_fields=["tries", "reason", "next_try_at", "state"])
