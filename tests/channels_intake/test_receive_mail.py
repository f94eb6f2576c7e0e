"""The pipe of a mail server, run as the mail server runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from channels_intake.models import Arrival, Mailbox
from tests.channels_intake.mails import mail
from tests.factories import make_queue
from tickets.models import Ticket

KEYS = {
    "file", "outcome", "ticket", "from_address", "from_name", "subject", "body_text", "body_full_text", "body_html",
    "attachments", "auto_generated", "bounce", "in_reply_to_ticket", "reason", "author_role", "subject_tag",
    "own_message_id", "auto_reply_sent", "duplicate_of", "reason_words",
}  # fmt: skip


@pytest.fixture
def database(transactional_db: None) -> str:
    """Give the address of the test database, for other processes."""
    make_queue(is_default=True)
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def _run(url: str, *arguments: str, raw: bytes = b"") -> tuple[int, list[dict[str, Any]], str]:
    command = [sys.executable, "manage.py", "receive_mail", "--json", *arguments]
    environment = {**os.environ, "DATABASE_URL": url}
    done = subprocess.run(command, input=raw, capture_output=True, env=environment, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def test_a_piped_mail_is_reported_in_full(database: str) -> None:
    code, [line], _ = _run(database, raw=mail(subject="VPN", text="Kein VPN.\r\n\r\n-- \r\nPetra"))

    ticket = Ticket.objects.get()
    assert code == 0
    assert line.keys() == KEYS
    assert (line["outcome"], line["ticket"], line["subject_tag"]) == ("created", ticket.pk, f"[#{ticket.pk}]")
    assert (line["from_address"], line["from_name"], line["subject"]) == ("petra@kunde.example", "Petra Person", "VPN")
    assert line["body_text"] == "Kein VPN."
    assert (line["author_role"], line["auto_reply_sent"], line["reason"]) == ("customer", True, "")
    assert line["own_message_id"] == ticket.messages.get(kind="system").message_id


def test_a_repeated_mail_is_ignored_and_names_the_ticket(database: str) -> None:
    raw = mail()
    _run(database, raw=raw)
    _, [line], _ = _run(database, raw=raw)

    assert (line["outcome"], line["duplicate_of"]) == ("ignored", Ticket.objects.get().pk)
    assert line["subject"] == "Der Drucker druckt nicht"


def test_one_bad_mail_never_stops_a_folder(database: str, tmp_path: Path) -> None:
    first = mail(message_id="<first@kunde.example>")
    (tmp_path / "1.eml").write_bytes(first)
    (tmp_path / "2.eml").write_bytes(b"")
    (tmp_path / "3.eml").write_bytes(b"\x00\xff" * 1000)
    (tmp_path / "4.eml").write_bytes(mail(answers="<first@kunde.example>"))
    (tmp_path / "5.txt").write_bytes(mail())
    code, lines, _ = _run(database, "--dir", str(tmp_path))

    assert code == 0
    assert [line["file"] for line in lines] == ["1.eml", "2.eml", "3.eml", "4.eml"]
    assert [line["outcome"] for line in lines] == ["created", "ignored", "rejected", "appended"]
    assert lines[3]["in_reply_to_ticket"] == lines[0]["ticket"]
    assert all(line.keys() == KEYS for line in lines)
    assert Arrival.objects.filter(state=Arrival.State.STORED).count() == 1, "the empty one will be tried again"


def test_a_mail_for_one_of_our_mailboxes_is_filed_there(database: str) -> None:
    box = Mailbox.objects.create(name="Sales", address="sales@helpdesk.example")
    _run(database, raw=mail(to="sales@helpdesk.example"))
    _run(database, "--mailbox", "Sales@helpdesk.example", raw=mail(to="undisclosed@x.example"))

    assert [arrival.mailbox for arrival in Arrival.objects.all()] == [box, box]


def test_without_a_database_the_mail_server_is_asked_to_come_again() -> None:
    code, lines, errors = _run("postgres://nobody@127.0.0.1:1/nothing", raw=mail())

    assert (code, lines) == (75, [])
    assert errors.startswith("The database is away: ")


def test_an_unknown_mailbox_keeps_the_mail_at_the_mail_server(database: str) -> None:
    code, _, errors = _run(database, "--mailbox", "nobody@helpdesk.example", raw=mail())

    assert code == 75
    assert "nobody@helpdesk.example" in errors
