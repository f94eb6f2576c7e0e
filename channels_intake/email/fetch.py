"""Fetching mail: each mail is stored and committed first, only then marked or moved on the server."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext, override

from channels_intake.email import imap, pop3
from channels_intake.email.arriving import database_answers, store
from channels_intake.email.imap import Folder
from channels_intake.email.pop3 import Drop
from channels_intake.email.refusals import CannotFetch
from channels_intake.models import Mailbox
from helpdesk.lib import waking

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
_LOCKS = 7_303_015


def connected(mailbox: Mailbox, timeout: float = imap.TIMEOUT) -> AbstractContextManager[Folder | Drop]:
    """
    Log in to the server of the mailbox, by its protocol.

    :raises CannotFetch: when it is entered, if that fails.
    """
    if mailbox.protocol == Mailbox.Protocol.POP3:
        return pop3.connected(mailbox, timeout)
    return imap.connected(mailbox, timeout)


def fetch(mailbox: Mailbox, *, clock: Clock) -> int:
    """
    Fetch what is new in one mailbox and return how many mails were stored.

    :raises CannotFetch: if the server cannot be used; the mailbox says why as well.
    """
    try:
        with override(settings.LANGUAGE_CODE), connected(mailbox) as place:
            stored = fetch_new(mailbox, place, clock=clock)
    except CannotFetch as error:
        note_failure(mailbox, error)
        raise
    note_success(mailbox, now=clock())
    return stored


def fetch_new(mailbox: Mailbox, place: Folder | Drop, *, clock: Clock, alive: Callable[[], None] = lambda: None) -> int:
    """
    Store what is new in an open folder or POP3 account, and return how many mails that were.

    :raises CannotFetch: if a mail cannot be stored; the others are.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, mailbox.pk])
        if not cursor.fetchone()[0]:
            return 0  # another process fetches this mailbox right now
    try:
        taking = _Taking(mailbox, clock, alive)
        if isinstance(place, Drop):
            _fetch_drop(mailbox, place, taking)
        else:
            _fetch_folder(mailbox, place, taking)
        return taking.stored
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


def _fetch_folder(mailbox: Mailbox, folder: Folder, taking: "_Taking") -> None:
    mailbox.refresh_from_db(fields=["uidvalidity", "last_uid", "last_fetch_at"])
    is_known = mailbox.uidvalidity == folder.uidvalidity
    for uid in sorted(_wanted(mailbox, folder)):
        taking.take(uid, partial(_take, mailbox, folder, uid))
        if is_known and taking.failure is None and uid > mailbox.last_uid:
            _remember(mailbox, folder, uid)
    taking.finish()
    if not is_known:
        _remember(mailbox, folder, folder.uidnext - 1)


def _fetch_drop(mailbox: Mailbox, drop: Drop, taking: "_Taking") -> None:
    """Take what was not taken before; the server deletes it at the end, unless the mailbox leaves it there."""
    mailbox.refresh_from_db(fields=["taken"])
    names = drop.names()
    known = set(mailbox.taken) & set(names.values())
    try:
        for number, name in sorted(names.items()):
            is_kept = name in known or taking.take(name or number, partial(_take_number, mailbox, drop, number))
            if is_kept and name:
                known.add(name)
            if is_kept and not mailbox.leaves_mail:
                drop.delete(number)
    finally:
        _remember_names(mailbox, known)
    taking.finish()


class _Taking:
    """Takes mail after mail; one that cannot be stored stays on its server and stops none of the others."""

    def __init__(self, mailbox: Mailbox, clock: Clock, alive: Callable[[], None]) -> None:
        self._mailbox, self._clock, self._alive = mailbox, clock, alive
        self.stored = 0
        self.failure: DatabaseError | None = None

    def take(self, name: object, store_it: Callable[[datetime], bool]) -> bool:
        """Tell whether the mail is kept now."""
        self._alive()
        try:
            self.stored += store_it(self._clock())
        except DatabaseError as error:
            if not database_answers():
                raise
            log.exception("Mail %s of %s could not be stored; it stays on the server.", name, self._mailbox.address)
            self.failure = self.failure or error
            return False
        return True

    def finish(self) -> None:
        """
        Let what was stored be accepted.

        :raises CannotFetch: if a mail could not be stored.
        """
        if self.stored:
            wake()
        if self.failure is not None:
            words = gettext("A mail could not be stored and stays on the server: %(why)s")
            raise CannotFetch(words % {"why": self.failure})


def _take(mailbox: Mailbox, folder: Folder, uid: int, now: datetime) -> bool:
    raw = folder.raw(uid)
    if raw is None:
        return False  # somebody deleted it meanwhile
    kept = store(raw, now=now, mailbox=mailbox, uidvalidity=folder.uidvalidity, uid=uid)
    folder.mark(uid)
    return kept.is_new


def _take_number(mailbox: Mailbox, drop: Drop, number: int, now: datetime) -> bool:
    return store(drop.raw(number), now=now, mailbox=mailbox).is_new


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


def _remember_names(mailbox: Mailbox, known: set[str]) -> None:
    if known == set(mailbox.taken) or not database_answers():
        return
    mailbox.taken = sorted(known)
    mailbox.save(update_fields=["taken"])
