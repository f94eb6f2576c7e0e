"""The SMTP door, entered as mail servers do."""

import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connection

from channels_intake.email import arriving
from channels_intake.models import Arrival, Mailbox
from tests.channels_intake.mails import free_port, mail
from tests.factories import NOW, make_queue
from tickets.models import Ticket


class Door:
    """A running door."""

    def __init__(self, database: str) -> None:
        self.port = free_port()
        command = [sys.executable, "manage.py", "serve_mail", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env={**os.environ, "DATABASE_URL": database}, stderr=subprocess.DEVNULL
        )
        for _ in range(200):
            try:
                self.client().quit()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("The door does not open.")

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, timeout=20)

    def close(self) -> int:
        self.process.terminate()
        return self.process.wait(10)


@pytest.fixture
def door(transactional_db: None) -> Iterator[Door]:
    make_queue(is_default=True)
    door = Door(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl())
    yield door
    door.close()


def test_a_mail_is_committed_before_the_door_says_yes(door: Door) -> None:
    box = Mailbox.objects.create(name="Support", address="support@helpdesk.example")
    raw = mail()
    with door.client() as client:
        client.sendmail("petra@kunde.example", ["support@helpdesk.example"], raw)

    arrival = Arrival.objects.get()
    assert arrival.mailbox == box
    assert bytes(arrival.raw) == b"Return-Path: <petra@kunde.example>\r\n" + raw
    arriving.process_stored(NOW)
    assert Ticket.objects.get().requester.email == "petra@kunde.example"


def test_a_mail_from_nobody_is_a_machines(door: Door) -> None:
    with door.client() as client:
        client.sendmail("", ["support@helpdesk.example"], mail())
    arriving.process_stored(NOW)

    assert not Ticket.objects.get().messages.filter(kind="system").exists()


def test_a_mail_of_more_than_forty_megabytes_is_refused(door: Door) -> None:
    with door.client() as client, pytest.raises(smtplib.SMTPSenderRefused) as refusal:
        client.sendmail("petra@kunde.example", ["support@helpdesk.example"], mail() + b"x" * (41 * 1024 * 1024))

    assert refusal.value.smtp_code == 552
    assert not Arrival.objects.exists()


def test_without_a_database_the_other_side_is_asked_to_come_again() -> None:
    door = Door("postgres://nobody@127.0.0.1:1/nothing")
    try:
        with door.client() as client, pytest.raises(smtplib.SMTPDataError) as refusal:
            client.sendmail("petra@kunde.example", ["support@helpdesk.example"], mail())
        assert refusal.value.smtp_code == 451
    finally:
        door.close()


def test_a_door_told_to_close_closes(door: Door) -> None:
    assert door.close() == 0
