"""Behaviours 32 to 36 of an e-mail intake: once only, in bounded time, and never lost."""

from typing import Any

import pytest

from channels_intake.email import arriving, limits
from channels_intake.email.fetch import fetch
from channels_intake.email.parse import to_envelope
from channels_intake.models import Arrival, Mailbox
from tests.channels_intake.email.test_limits import calls
from tests.channels_intake.mails import ImapServer, mail, receive
from tests.factories import NOW
from tickets.models import Message, Queue, Ticket

HEAD = b"From: petra@kunde.example\r\nMessage-ID: <bomb@kunde.example>\r\nSubject: Bombe\r\n"
MIXED = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'


@pytest.mark.parametrize("message_id", [None, ""], ids=["with Message-ID", "without"])
def test_32_the_same_mail_twice_is_one_article(queue: Queue, message_id: str | None) -> None:
    raw = mail(message_id=message_id)
    first = arriving.store(raw, now=NOW)
    second = arriving.store(raw, now=NOW, uidvalidity=1, uid=77)
    for stored in (first, second, first):
        arriving.process(stored.arrival.pk, now=NOW)

    assert (first.is_new, second.is_new) == (True, False)
    assert Ticket.objects.count() == Message.objects.filter(kind=Message.Kind.CUSTOMER).count() == 1


@pytest.mark.parametrize("line", ["> " * 200, "On " * 150, "-" * 400, "Von: " * 80, "Am 1.1.2026 schrieb ", "_" * 400])
def test_33_splitting_quotes_is_linear(line: str) -> None:
    def work(lines: int) -> int:
        raw = HEAD + b"\r\n" + (line + "\r\n").encode() * lines
        return calls(lambda: to_envelope(raw))

    assert work(1_600) < 2.5 * work(800) + 1_000


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        (HEAD + MIXED + b"--b\r\n\r\nx\r\n" * 20_000, "too_many_parts"),
        (
            HEAD + MIXED + b"--b\r\n\r\nText\r\n" + b"--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n" * 60,
            "too_many_files",
        ),
        (
            HEAD
            + b"".join(f'Content-Type: multipart/mixed; boundary="{n}"\r\n\r\n--{n}\r\n'.encode() for n in range(500))
            + b"\r\nx",
            "too_deep",
        ),
    ],
    ids=["parts", "files", "levels"],
)
def test_34_a_bomb_becomes_a_ticket_with_a_visible_note(queue: Queue, raw: bytes, note: str) -> None:
    taken = receive(raw)

    assert taken.outcome == "created"
    assert any(one.startswith(note) for one in taken.message.notes)
    assert bytes(Arrival.objects.get().raw) == raw


def test_34_a_file_that_is_too_large_is_dropped_and_said_so(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 1_000)
    taken = receive(
        HEAD
        + MIXED
        + b"--b\r\n\r\nText\r\n--b\r\nContent-Type: image/png; name=gross.png\r\n\r\n"
        + b"x" * 2_000
        + b"\r\n--b--"
    )

    assert taken.message.text == "Text"
    assert not taken.message.attachments.exists()
    assert any("gross.png" in note for note in taken.message.notes)


def test_35_more_than_five_thousand_links_are_replaced_by_a_notice(queue: Queue) -> None:
    page = b"<p>Hallo</p>" + b'<a href="https://x.example/">x</a>' * 5_100
    taken = receive(HEAD + b"Content-Type: text/html\r\n\r\n" + page)

    assert any(note.startswith("too_many_links") for note in taken.message.notes)
    assert taken.message.text.count("https://x.example") < 10


def test_36_a_mail_is_marked_on_its_server_only_after_it_is_stored(
    imap: ImapServer, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    imap.put(mailbox.folder, mail())
    from django.db import DataError

    from channels_intake.email import fetch as fetching
    from channels_intake.email.imap import CannotFetch

    def full_disk(*args: Any, **kwargs: Any) -> None:
        raise DataError("no space left on device")

    with monkeypatch.context() as broken, pytest.raises(CannotFetch):
        broken.setattr(fetching, "store", full_disk)
        fetch(mailbox, clock=lambda: NOW)
    assert len(imap.search(mailbox.folder, "UNSEEN")) == 1
    assert not Arrival.objects.exists()

    fetch(mailbox, clock=lambda: NOW)
    assert imap.search(mailbox.folder, "UNSEEN") == []
    assert Arrival.objects.count() == 1


def test_36_a_poison_mail_is_parked_with_its_bytes_and_the_next_is_taken(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = mail(subject="poison")
    poison, good = arriving.store(raw, now=NOW).arrival, arriving.store(mail(), now=NOW).arrival
    real = arriving.accept

    def accept(envelope: Any, **around: Any) -> Any:
        if envelope.subject == "poison":
            raise ValueError("poison")
        return real(envelope, **around)

    monkeypatch.setattr(arriving, "accept", accept)
    for _ in range(arriving.TRIES):
        Arrival.objects.update(next_try_at=None)
        arriving.process(poison.pk, now=NOW)
    arriving.process(good.pk, now=NOW)

    poison.refresh_from_db()
    good.refresh_from_db()
    assert (poison.state, bytes(poison.raw), good.state) == ("unprocessable", raw, "accepted")
    assert "poison" in poison.reason
