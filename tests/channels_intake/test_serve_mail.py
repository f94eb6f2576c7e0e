"""The SMTP door, entered as mail servers do."""

import os
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from django.db import connection

from channels_intake.email import arriving
from channels_intake.models import Arrival, Mailbox
from tests.channels_intake.mails import free_port, mail
from tests.factories import NOW, make_queue
from tickets.models import Ticket

OURS, PETRA = "support@helpdesk.example", "petra@kunde.example"


class Door:
    """A running door."""

    def __init__(self, database: str, *options: str) -> None:
        self.port = free_port()
        command = [sys.executable, "manage.py", "serve_mail", "--port", str(self.port), *options]
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


def database() -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@pytest.fixture
def door(transactional_db: None) -> Iterator[Door]:
    make_queue(is_default=True)
    door = Door(database())
    yield door
    door.close()


def test_a_mail_is_committed_before_the_door_says_yes(door: Door) -> None:
    box = Mailbox.objects.create(name="Support", address=OURS)
    raw = mail()
    with door.client() as client:
        client.sendmail(PETRA, [OURS], raw)

    arrival = Arrival.objects.get()
    assert arrival.mailbox == box
    assert bytes(arrival.raw) == b"Return-Path: <petra@kunde.example>\r\n" + raw
    arriving.process_stored(NOW)
    assert Ticket.objects.get().requester.email == PETRA


def test_a_mail_from_nobody_is_a_machines(door: Door) -> None:
    with door.client() as client:
        client.sendmail("", [OURS], mail())
    arriving.process_stored(NOW)

    assert not Ticket.objects.get().messages.filter(kind="system").exists()


def test_a_mail_to_several_mailboxes_is_stored_in_each_and_becomes_one_ticket(door: Door) -> None:
    for name in ("support", "sales"):
        Mailbox.objects.create(name=name, address=f"{name}@helpdesk.example", aliases=[f"{name}@old.example"])
    with door.client() as client:
        client.sendmail(PETRA, [OURS, "Sales@old.example", "support+42.abc@helpdesk.example"], mail())
    arriving.process_stored(NOW)

    assert sorted(Arrival.objects.values_list("mailbox__name", "outcome")) == [
        ("sales", "ignored"),
        ("support", "created"),
    ]
    assert Ticket.objects.count() == 1


def test_a_stranger_s_address_is_refused_once_there_are_mailboxes(door: Door) -> None:
    with door.client() as client:
        client.sendmail(PETRA, ["whoever@helpdesk.example"], mail())
        Mailbox.objects.create(name="Support", address=OURS)
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            client.sendmail(PETRA, ["whoever@helpdesk.example"], mail())
        refused = client.sendmail(PETRA, ["whoever@helpdesk.example", OURS], mail())

    assert refusal.value.recipients["whoever@helpdesk.example"][0] == 550
    assert list(refused) == ["whoever@helpdesk.example"]
    assert Arrival.objects.count() == 2


def test_any_recipient_is_taken_where_that_is_asked_for(transactional_db: None) -> None:
    Mailbox.objects.create(name="Support", address=OURS)
    door = Door(database(), "--any-recipient")
    try:
        with door.client() as client:
            client.sendmail(PETRA, ["whoever@helpdesk.example"], mail())
    finally:
        door.close()

    assert Arrival.objects.get().mailbox is None


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r", b"\r\n\x00.\r\n", b"\r\n.\x00\r\n"],
    ids=repr,
)
def test_no_other_end_than_crlf_dot_crlf_splits_a_mail(door: Door, end: bytes) -> None:
    inner = (
        b"MAIL FROM:<boss@kunde.example>\r\nRCPT TO:<support@helpdesk.example>\r\nDATA\r\nSubject: forged\r\n\r\nPay."
    )
    raw = mail() + b"first" + end + inner
    with closing(socket.create_connection(("127.0.0.1", door.port), timeout=20)) as line:
        lines = line.makefile("rb")
        lines.readline()
        for said in (b"HELO x", b"MAIL FROM:<petra@kunde.example>", b"RCPT TO:<support@helpdesk.example>", b"DATA"):
            line.sendall(said + b"\r\n")
            lines.readline()
        line.sendall(raw + b"\r\n.\r\n")
        assert lines.readline().startswith(b"250")
        line.sendall(b"QUIT\r\n")
        assert lines.readline().startswith(b"221")

    kept = bytes(Arrival.objects.get().raw)
    assert b"Subject: forged" in kept.partition(b"first")[2]


def test_lines_that_begin_with_dots_and_lines_of_any_length_arrive_as_they_were(door: Door) -> None:
    raw = mail() + b".one\r\n..two\r\n.\xe4\r\n" + b"x" * 200_000 + b"\r\nbare\nline\r\n"
    with closing(door.client()) as client:
        client.helo()
        client.mail(PETRA)
        client.rcpt(OURS)
        client.putcmd("data")
        client.getreply()
        client.send(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        assert client.getreply()[0] == 250

    assert bytes(Arrival.objects.get().raw).partition(b"\r\n")[2] == raw


def test_letters_of_all_languages_are_taken_in_addresses_and_bodies(door: Door) -> None:
    with door.client() as client:
        client.ehlo()
        assert {"8bitmime", "smtputf8", "size"} <= set(client.esmtp_features)
        client.sendmail("jürgen@kunde.example", [OURS], mail() + "Grüße".encode(), ["SMTPUTF8", "BODY=8BITMIME"])

    assert bytes(Arrival.objects.get().raw).startswith("Return-Path: <jürgen@kunde.example>\r\n".encode())


def test_a_mail_of_more_than_forty_megabytes_is_refused(door: Door) -> None:
    huge = mail() + b"x" * (41 * 1024 * 1024)
    with door.client() as client, pytest.raises(smtplib.SMTPSenderRefused) as refusal:
        client.sendmail(PETRA, [OURS], huge)
    with door.client() as client:
        client.helo()  # without the size announced it is noticed while it comes
        client.mail(PETRA)
        client.rcpt(OURS)
        assert client.data(huge)[0] == 552
        client.sendmail(PETRA, [OURS], mail())

    assert refusal.value.smtp_code == 552
    assert Arrival.objects.count() == 1


def test_without_a_database_the_other_side_is_asked_to_come_again() -> None:
    door = Door("postgres://nobody@127.0.0.1:1/nothing")
    try:
        with door.client() as client, pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            client.sendmail(PETRA, [OURS], mail())
        assert refusal.value.recipients[OURS][0] == 451
    finally:
        door.close()


def test_a_database_that_goes_away_in_between_loses_nothing(door: Door) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE channels_intake_arrival RENAME TO gone")
    try:
        with door.client() as client, pytest.raises(smtplib.SMTPDataError) as refusal:
            client.sendmail(PETRA, [OURS], mail())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO channels_intake_arrival")
    with door.client() as client:
        client.sendmail(PETRA, [OURS], mail())

    assert refusal.value.smtp_code == 451
    assert Arrival.objects.count() == 1


def test_a_full_disk_asks_the_other_side_to_come_again(door: Door) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;"
            "CREATE TRIGGER no_room BEFORE INSERT ON channels_intake_arrival FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
    try:
        with door.client() as client, pytest.raises(smtplib.SMTPDataError) as refusal:
            client.sendmail(PETRA, [OURS], mail())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER no_room ON channels_intake_arrival; DROP FUNCTION no_room()")

    assert refusal.value.smtp_code == 452


def test_one_connection_too_many_is_sent_away_and_a_silent_one_ends(transactional_db: None) -> None:
    door = Door(database(), "--connections", "2", "--idle", "2")
    try:
        first, second = door.client(), door.client()
        with pytest.raises(smtplib.SMTPConnectError) as refusal:
            door.client()
        assert refusal.value.smtp_code == 421
        assert first.noop()[0] == 250
        first.close()
        second.sock.settimeout(10)
        assert second.sock.recv(100) == b"", "it was silent for too long"
        door.client().quit()
    finally:
        door.close()


def test_a_door_told_to_close_closes(door: Door) -> None:
    assert door.close() == 0
