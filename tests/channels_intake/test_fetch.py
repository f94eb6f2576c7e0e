"""Fetching from a real IMAP server: nothing lost, nothing twice."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from channels_intake.email import arriving
from channels_intake.email.fetch import fetch
from channels_intake.email.fetcher import Fetcher
from channels_intake.email.imap import CannotFetch, connected
from channels_intake.models import Arrival, Mailbox
from tests.channels_intake.mails import ImapServer, free_port, mail
from tests.factories import NOW
from tickets.models import Heartbeat, Ticket


def _now() -> Any:
    return NOW


def test_a_mail_is_stored_whole_and_then_marked_as_read(imap: ImapServer, mailbox: Mailbox) -> None:
    raw = mail(subject="Grüße aus Köln")
    imap.put(mailbox.folder, raw)

    assert fetch(mailbox, clock=_now) == 1

    arrival = Arrival.objects.get()
    assert bytes(arrival.raw) == raw
    assert (arrival.mailbox, arrival.state, arrival.subject) == (mailbox, "stored", "Grüße aus Köln")
    assert imap.search(mailbox.folder, "UNSEEN") == []
    assert mailbox.last_fetch_at == NOW


def test_fetching_again_fetches_only_what_is_new(imap: ImapServer, mailbox: Mailbox) -> None:
    imap.put(mailbox.folder, mail())
    fetch(mailbox, clock=_now)
    imap.put(mailbox.folder, mail())

    assert fetch(mailbox, clock=_now) == 1
    assert fetch(mailbox, clock=_now) == 0
    assert Arrival.objects.count() == 2


def test_a_mail_somebody_read_in_between_is_fetched_too(imap: ImapServer, mailbox: Mailbox) -> None:
    fetch(mailbox, clock=_now)
    imap.put(mailbox.folder, mail(), flags=r"(\Seen)")

    assert fetch(mailbox, clock=_now) == 1


def test_old_mail_that_was_read_before_the_first_fetch_is_left_alone(imap: ImapServer, mailbox: Mailbox) -> None:
    imap.put(mailbox.folder, mail())
    imap.put(mailbox.folder, mail(), flags=r"(\Seen)")

    assert [fetch(mailbox, clock=_now), fetch(mailbox, clock=_now)] == [1, 0]


def test_a_crash_between_storing_and_marking_makes_no_second_row(imap: ImapServer, mailbox: Mailbox) -> None:
    raw = mail()
    imap.put(mailbox.folder, raw)
    with connected(mailbox) as folder:
        arriving.store(raw, now=NOW, mailbox=mailbox, uidvalidity=folder.uidvalidity, uid=folder.uidnext - 1)

    assert fetch(mailbox, clock=_now) == 0
    assert Arrival.objects.count() == 1
    assert imap.search(mailbox.folder, "UNSEEN") == []


def test_a_folder_that_was_made_anew_brings_nothing_twice_and_loses_nothing(imap: ImapServer, mailbox: Mailbox) -> None:
    first, second = mail(), mail()
    imap.put(mailbox.folder, first)
    fetch(mailbox, clock=timezone.now)
    imap.client().delete(mailbox.folder)
    imap.create(mailbox.folder)
    imap.put(mailbox.folder, first, flags=r"(\Seen)")
    imap.put(mailbox.folder, second, flags=r"(\Seen)")

    assert fetch(mailbox, clock=timezone.now) == 1
    assert Arrival.objects.count() == 2


def test_fetched_mail_moves_where_the_mailbox_says(imap: ImapServer, mailbox: Mailbox) -> None:
    mailbox.move_to = f"{mailbox.folder}-done"
    mailbox.save()
    for _ in range(3):
        imap.put(mailbox.folder, mail())

    assert fetch(mailbox, clock=_now) == 3
    assert imap.search(mailbox.folder) == []
    assert len(imap.search(mailbox.move_to)) == 3


def test_other_peoples_deleted_mail_is_neither_fetched_nor_expunged(imap: ImapServer, mailbox: Mailbox) -> None:
    imap.put(mailbox.folder, mail(), flags=r"(\Deleted)")
    imap.put(mailbox.folder, mail())

    assert fetch(mailbox, clock=_now) == 1
    assert len(imap.search(mailbox.folder)) == 2


def test_mail_that_came_by_the_pipe_before_is_not_taken_twice_from_its_mailbox(
    imap: ImapServer, mailbox: Mailbox
) -> None:
    raw = mail()
    imap.put(mailbox.folder, raw)
    arriving.process(arriving.store(raw, now=NOW).arrival.pk, now=NOW)
    fetch(mailbox, clock=_now)
    arriving.process_stored(NOW)

    assert Ticket.objects.count() == 1
    assert Arrival.objects.get(mailbox=mailbox).outcome == "ignored"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("port", 1, "refuses the connection"),
        ("host", "nobody.invalid", "There is no server named nobody.invalid"),
        ("username", "somebody", "refuses user name or password"),
        ("folder", "Nowhere", "There is no folder named Nowhere"),
        ("security", Mailbox.Security.TLS, "does not speak TLS"),
        ("secret", b"nonsense", "enter it again"),
    ],
)
def test_what_is_wrong_stands_in_the_mailbox(
    mailbox: Mailbox, settings: Any, field: str, value: object, words: str
) -> None:
    settings.LANGUAGE_CODE = "en"
    setattr(mailbox, field, value)
    mailbox.save()

    with pytest.raises(CannotFetch, match=words):
        fetch(mailbox, clock=_now)
    mailbox.refresh_from_db()
    assert words in mailbox.last_error
    assert mailbox.failures == 1


def test_success_clears_the_error(mailbox: Mailbox) -> None:
    Mailbox.objects.filter(pk=mailbox.pk).update(failures=3, last_error="away")
    fetch(mailbox, clock=_now)

    mailbox.refresh_from_db()
    assert (mailbox.failures, mailbox.last_error) == (0, "")


def _in_the_end(condition: Any, seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.django_db(transaction=True)
def test_the_fetcher_hears_of_new_mail_at_once_by_idle_and_shows_that_it_lives(
    imap: ImapServer, mailbox: Mailbox
) -> None:
    fetcher = Fetcher()

    def work() -> None:
        try:
            fetcher.run(every=0.2)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        imap.put(mailbox.folder, mail())
        assert _in_the_end(lambda: Arrival.objects.count() == 1)
        time.sleep(1)  # now it waits in IDLE, for up to 25 seconds
        began = time.monotonic()
        imap.put(mailbox.folder, mail())
        assert _in_the_end(lambda: Arrival.objects.count() == 2)
        assert time.monotonic() - began < 5
        assert Heartbeat.objects.get(name="fetcher").at > timezone.now() - timedelta(seconds=5)
        Mailbox.objects.update(is_active=False)
        imap.put(mailbox.folder, mail())
    finally:
        fetcher.stop()
        thread.join()
        for one in threading.enumerate():
            if one.name.startswith("mailbox "):
                one.join(30)


@pytest.mark.django_db(transaction=True)
def test_a_fetcher_killed_again_and_again_loses_nothing_and_takes_nothing_twice(
    imap: ImapServer, mailbox: Mailbox
) -> None:
    imap.put(mailbox.folder, *(mail(subject=f"Mail {number}") for number in range(60)))
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    for least in (5, 20, 35):
        command = [sys.executable, "manage.py", "fetch_mail"]
        process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url}, stderr=subprocess.DEVNULL)
        assert _in_the_end(lambda least=least: Arrival.objects.count() >= least, 30)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert _in_the_end(lambda: _no_lock_left(mailbox))
    fetch(mailbox, clock=timezone.now)

    assert sorted(Arrival.objects.values_list("subject", flat=True)) == sorted(f"Mail {n}" for n in range(60))
    assert imap.search(mailbox.folder, "UNSEEN") == []


def _no_lock_left(mailbox: Mailbox) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [mailbox.pk])
        return bool(cursor.fetchone()[0] == 0)


@pytest.mark.django_db(transaction=True)
def test_the_same_mail_by_pipe_and_imap_at_once_is_one_ticket(imap: ImapServer, mailbox: Mailbox) -> None:
    raw = mail()
    imap.put(mailbox.folder, raw)

    def take(number: int) -> None:
        try:
            if number % 5 == 0:
                fetch(Mailbox.objects.get(pk=mailbox.pk), clock=timezone.now)
                arriving.process_stored(timezone.now())
            else:
                arriving.process(arriving.store(raw, now=NOW).arrival.pk, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(take, range(50)))
    arriving.process_stored(timezone.now())

    assert Ticket.objects.count() == 1
    assert sorted(Arrival.objects.values_list("outcome", flat=True)) == ["created", "ignored"]


def test_a_server_that_hangs_up_is_told_in_words(mailbox: Mailbox, settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
    mailbox.port = free_port()

    with pytest.raises(CannotFetch, match=f"{mailbox.port} refuses"):
        fetch(mailbox, clock=_now)
