"""The LMTP door: an answer for each recipient (RFC 2033)."""

import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connection

from channels_intake.email import arriving
from channels_intake.models import Arrival, Mailbox
from tests.channels_intake.mails import mail
from tests.channels_intake.test_serve_mail import OURS, PETRA, Door, database
from tests.factories import NOW, make_queue
from tickets.models import Ticket

SALES = "sales@helpdesk.example"


class LmtpDoor(Door):
    """A running door that speaks LMTP."""

    def client(self) -> smtplib.LMTP:
        return smtplib.LMTP("127.0.0.1", self.port, timeout=20)


@pytest.fixture
def door(transactional_db: None) -> Iterator[LmtpDoor]:
    make_queue(is_default=True)
    door = LmtpDoor(database(), "--lmtp")
    for address in (OURS, SALES):
        Mailbox.objects.create(name=address, address=address)
    yield door
    door.close()


def _deliver(client: smtplib.LMTP, raw: bytes, *recipients: str) -> list[int]:
    """Give the answers to the recipients, then those after the mail."""
    client.ehlo()
    client.mail(PETRA)
    codes = [client.rcpt(one)[0] for one in recipients]
    client.putcmd("data")
    if client.getreply()[0] != 354:
        return codes
    client.send(raw + b"\r\n.\r\n")
    return codes + [client.getreply()[0] for code in codes if code == 250]


def test_each_recipient_has_an_answer_and_each_mailbox_one_arrival(door: LmtpDoor) -> None:
    with door.client() as client:
        codes = _deliver(client, mail(), OURS, "nobody@helpdesk.example", SALES, f"support+1@{OURS.partition('@')[2]}")
    arriving.process_stored(NOW)

    assert codes == [250, 550, 250, 250, 250, 250, 250]
    assert sorted(Arrival.objects.values_list("mailbox__address", flat=True)) == [SALES, OURS]
    assert Ticket.objects.count() == 1


def test_without_a_recipient_of_ours_nothing_is_taken(door: LmtpDoor) -> None:
    with door.client() as client:
        assert _deliver(client, mail(), "nobody@helpdesk.example") == [550]

    assert not Arrival.objects.exists()


def test_one_mailbox_that_cannot_take_it_now_does_not_stop_the_other(door: LmtpDoor) -> None:
    sales = Mailbox.objects.get(address=SALES)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE channels_intake_arrival ADD CONSTRAINT no_sales CHECK (mailbox_id <> {sales.pk})")
    raw = mail()
    try:
        with door.client() as client:
            assert _deliver(client, raw, OURS, SALES) == [250, 250, 250, 451]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE channels_intake_arrival DROP CONSTRAINT no_sales")
    with door.client() as client:
        assert _deliver(client, raw, SALES) == [250, 250]

    assert Arrival.objects.count() == 2


def test_a_mail_too_large_is_refused_for_each_recipient(door: LmtpDoor) -> None:
    with door.client() as client:
        assert _deliver(client, mail() + b"x" * (41 * 1024 * 1024), OURS, SALES) == [250, 250, 552, 552]
        assert _deliver(client, mail(), OURS) == [250, 250]


def test_the_greetings_of_smtp_are_not_understood(door: LmtpDoor) -> None:
    with door.client() as client:
        assert client.docmd("EHLO x")[0] == 500


def test_it_listens_on_a_socket_as_mail_servers_like_it(transactional_db: None, server_folder: Path) -> None:
    path = server_folder / "lmtp"
    command = [sys.executable, "manage.py", "serve_mail", "--lmtp", "--socket", str(path)]
    process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": database()}, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with suppress(OSError), smtplib.LMTP(str(path)) as client:
                client.sendmail(PETRA, [OURS], mail())
                break
            time.sleep(0.1)
    finally:
        process.terminate()
    assert process.wait(10) == 0

    assert Arrival.objects.count() == 1
    assert not path.exists()
