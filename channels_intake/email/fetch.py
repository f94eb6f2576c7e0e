"""Fetching mail: each mail is stored and committed first, only then marked or moved on the server."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext, override

from channels_intake.email.arriving import database_answers, store
from channels_intake.email.imap import CannotFetch, Folder, connected
from channels_intake.models import Mailbox
from helpdesk.lib import waking

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
_LOCKS = 7_303_015


def fetch(mailbox: Mailbox, *, clock: Clock) -> int:
    """
    Fetch what is new in one mailbox and return how many mails were stored.

    :raises CannotFetch: if the server cannot be used; the mailbox says why as well.
    """
    try:
        with override(settings.LANGUAGE_CODE), connected(mailbox) as folder:
            stored = fetch_new(mailbox, folder, clock=clock)
    except CannotFetch as error:
        note_failure(mailbox, error)
        raise
    note_success(mailbox, now=clock())
    return stored


def fetch_new(mailbox: Mailbox, folder: Folder, *, clock: Clock, alive: Callable[[], None] = lambda: None) -> int:
    """
    Store what is new in an open folder and return how many mails that were.

    :raises CannotFetch: if a mail cannot be stored; the others are.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, mailbox.pk])
        if not cursor.fetchone()[0]:
            return 0  # another process fetches this mailbox right now
    try:
        return _fetch_new(mailbox, folder, clock, alive)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, mailbox.pk])


def note_failure(mailbox: Mailbox, error: CannotFetch) -> None:
    """Write down why fetching fails, for the administrator."""
    mailbox.failures += 1
    mailbox.last_error = str(error)
    mailbox.save(update_fields=["failures", "last_error"])


def note_success(mailbox: Mailbox, *, now: datetime) -> None:
    """Write down that fetching works."""
    mailbox.failures, mailbox.last_error, mailbox.last_fetch_at = 0, "", now
    mailbox.save(update_fields=["failures", "last_error", "last_fetch_at"])


def wake() -> None:
    """Wake a worker to accept what is stored; harmless when nobody hears it, since the clock does the same."""
    waking.wake("channels_intake.accept_stored")


def _fetch_new(mailbox: Mailbox, folder: Folder, clock: Clock, alive: Callable[[], None]) -> int:
    mailbox.refresh_from_db(fields=["uidvalidity", "last_uid", "last_fetch_at"])
    is_known = mailbox.uidvalidity == folder.uidvalidity
    stored, failure = 0, None
    for uid in sorted(_wanted(mailbox, folder)):
        alive()
        try:
            stored += _take(mailbox, folder, uid, clock())
        except DatabaseError as error:
            if not database_answers():
                raise
            log.exception("Mail %s of %s could not be stored; it stays on the server.", uid, mailbox.address)
            failure = failure or error
        if is_known and failure is None and uid > mailbox.last_uid:
            _remember(mailbox, folder, uid)
    if stored:
        wake()
    if failure is not None:
        raise CannotFetch(gettext("A mail could not be stored and stays on the server: %(why)s") % {"why": failure})
    if not is_known:
        _remember(mailbox, folder, folder.uidnext - 1)
    return stored


def _take(mailbox: Mailbox, folder: Folder, uid: int, now: datetime) -> bool:
    raw = folder.raw(uid)
    if raw is None:
        return False  # somebody deleted it meanwhile
    kept = store(raw, now=now, mailbox=mailbox, uidvalidity=folder.uidvalidity, uid=uid)
    folder.mark(uid)
    return kept.is_new


def _wanted(mailbox: Mailbox, folder: Folder) -> set[int]:
    """
    Find the mails to take.

    Where they are moved away, every mail; else those not seen, and those newer than the last one taken, which somebody
    may have read meanwhile. UIDs are worth nothing once the server gave the folder a new UIDVALIDITY.
    """
    if mailbox.move_to:
        return folder.uids("ALL")
    unseen = folder.uids("UNSEEN")
    if mailbox.uidvalidity == folder.uidvalidity:
        newer = folder.uids(f"UID {mailbox.last_uid + 1}:*")  # gives the last mail even when it is older
        return unseen | {uid for uid in newer if uid > mailbox.last_uid}
    if mailbox.uidvalidity and mailbox.last_fetch_at:
        return unseen | folder.since((mailbox.last_fetch_at - timedelta(days=2)).date())
    return unseen


def _remember(mailbox: Mailbox, folder: Folder, uid: int) -> None:
    mailbox.uidvalidity, mailbox.last_uid = folder.uidvalidity, uid
    mailbox.save(update_fields=["uidvalidity", "last_uid"])
