"""Fetching all mailboxes for as long as the process lives: one thread a mailbox, watched by the main one."""

import logging
import threading
import time
from collections.abc import Iterable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone
from django.utils.translation import override

from channels_intake.email.fetch import connected, fetch_new, note_failure, note_success
from channels_intake.email.imap import Folder
from channels_intake.email.pop3 import Drop
from channels_intake.email.refusals import CannotFetch
from channels_intake.models import Mailbox
from tickets.heartbeats import beat

log = logging.getLogger(__name__)

IDLE_SECONDS = 25
POLL_SECONDS = 15
POP3_SECONDS = 60  # each time is a login, which servers do not like to see too often
LONGEST_PAUSE = 300
DEAF_AFTER = 120


class Fetcher:
    """Keeps one watcher for each active mailbox, and shows by a heartbeat that all of them still move."""

    def __init__(self) -> None:
        self._watchers: dict[int, Watcher] = {}
        self._stop = threading.Event()

    def run(self, every: float = 5) -> None:
        """Work until told to stop."""
        while not self._stop.is_set():
            try:
                self._look_after(_watched())
                if all(watcher.is_moving for watcher in self._watchers.values()):
                    beat("fetcher")
            except (DatabaseError, InterfaceError) as error:
                log.warning("The database is away (%s); mail stays on its servers meanwhile.", error)
                connection.close()
            self._stop.wait(every)
        for watcher in self._watchers.values():
            watcher.stop()

    def stop(self) -> None:
        """Let `run` come to its end."""
        self._stop.set()

    def _look_after(self, mailboxes: Iterable[Mailbox]) -> None:
        wanted = {mailbox.pk: mailbox for mailbox in mailboxes}
        for pk, watcher in list(self._watchers.items()):
            if pk not in wanted or watcher.settings != settings_of(wanted[pk]) or not watcher.is_alive():
                watcher.stop()
                del self._watchers[pk]
        for pk, mailbox in wanted.items():
            if pk not in self._watchers:
                self._watchers[pk] = Watcher(mailbox)
                self._watchers[pk].start()


class Watcher(threading.Thread):
    """Fetches one mailbox, waits until the server calls or a moment has passed, and fetches again."""

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__(name=f"mailbox {mailbox.pk}", daemon=True)
        self.settings = settings_of(mailbox)
        self._mailbox = mailbox
        self._stop_asked = threading.Event()
        self._moved_at = time.monotonic()

    @property
    def is_moving(self) -> bool:
        """Tell whether it did something lately."""
        return time.monotonic() - self._moved_at < DEAF_AFTER

    def stop(self) -> None:
        """Let it end at the next opportunity."""
        self._stop_asked.set()

    def run(self) -> None:
        """Fetch until told to stop; after a failure wait longer each time."""
        failures = 0
        while not self._stop_asked.is_set():
            try:
                with override(settings.LANGUAGE_CODE), connected(self._mailbox) as place:
                    failures = 0
                    self._watch(place)
                self._pause(POP3_SECONDS)
                continue
            except CannotFetch as error:
                log.warning("%s: %s", self._mailbox.address, error)
                self._note(error)
            except (DatabaseError, InterfaceError) as error:
                log.warning("The database is away: %s", error)
                connection.close()
            except Exception:  # whatever it is, the mailbox must be tried again
                log.exception("Fetching %s failed.", self._mailbox.address)
            failures += 1
            self._pause(min(LONGEST_PAUSE, 2**failures))
        connection.close()

    def _watch(self, folder: Folder | Drop) -> None:
        """Stay with an open folder; a POP3 account must be left, so that it deletes, and shows what is new."""
        while not self._stop_asked.is_set():
            self._alive()
            close_old_connections()
            fetch_new(self._mailbox, folder, clock=timezone.now, alive=self._alive)
            note_success(self._mailbox, now=timezone.now())
            if isinstance(folder, Drop):
                return
            if folder.can_idle:
                folder.idle(IDLE_SECONDS, until=self._stop_asked.is_set)
            else:
                self._stop_asked.wait(POLL_SECONDS)
                folder.refresh()

    def _note(self, error: CannotFetch) -> None:
        try:
            note_failure(self._mailbox, error)
        except (DatabaseError, InterfaceError):
            connection.close()

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._stop_asked.wait(min(5, left)):
            self._alive()

    def _alive(self) -> None:
        self._moved_at = time.monotonic()


def _watched() -> Iterable[Mailbox]:
    return Mailbox.objects.filter(is_active=True).exclude(host="").select_related("grant")


def settings_of(mailbox: Mailbox) -> tuple[object, ...]:
    """Give what makes a new connection necessary when it changes."""
    return (
        mailbox.protocol, mailbox.host, mailbox.port, mailbox.security, mailbox.username, bytes(mailbox.secret),
        mailbox.folder, mailbox.move_to, mailbox.leaves_mail,
        mailbox.grant_id, mailbox.grant.granted_at if mailbox.grant else None,
    )  # fmt: skip
