"""Fetching by POP3 from a real server: nothing lost, nothing twice, nothing deleted before it is stored."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from channels_intake.email import limits, pop3
from channels_intake.email.fetch import fetch
from channels_intake.email.fetcher import Fetcher
from channels_intake.email.refusals import CannotFetch
from channels_intake.models import Arrival, Mailbox
from tests.channels_intake.mails import free_port, mail
from tests.channels_intake.pop3_server import Pop3Server
from tests.channels_intake.tls import make_certificate
from tests.factories import NOW
from tickets.models import Queue


@pytest.fixture
def server(settings: Any) -> Iterator[Pop3Server]:
    """Give a running POP3 server."""
    settings.LANGUAGE_CODE = "en"
    with Pop3Server() as server:
        yield server


@pytest.fixture
def box(server: Pop3Server, queue: Queue) -> Mailbox:
    """Give a mailbox of ours on it."""
    return make_box(server)


def make_box(server: Pop3Server, **fields: Any) -> Mailbox:
    """Make a mailbox of ours on a server."""
    box = Mailbox(
        name="Support",
        address="support@helpdesk.example",
        protocol=Mailbox.Protocol.POP3,
        host=server.host,
        port=server.port,
        username=server.user,
        **{"security": Mailbox.Security.NONE, **fields},
    )
    box.password = server.password
    box.save()
    return box


def _now() -> Any:
    return NOW


def test_a_mail_is_stored_whole_and_then_deleted(server: Pop3Server, box: Mailbox) -> None:
    raw = mail(subject="Grüße aus Köln", text="Ein Punkt:\n.\n..und zwei\nEnde\n")
    server.put(raw)

    assert fetch(box, clock=_now) == 1

    arrival = Arrival.objects.get()
    assert bytes(arrival.raw) == raw
    assert (arrival.mailbox, arrival.state, arrival.subject) == (box, "stored", "Grüße aus Köln")
    assert server.mails == []
    assert (box.last_fetch_at, box.last_error) == (NOW, "")


def test_mail_that_stays_on_the_server_is_read_once(server: Pop3Server, queue: Queue) -> None:
    box = make_box(server, leaves_mail=True)
    server.put(mail(), mail())
    fetch(box, clock=_now)
    server.put(mail())

    assert fetch(box, clock=_now) == 1
    assert fetch(box, clock=_now) == 0
    assert (len(server.mails), server.read, Arrival.objects.count()) == (3, [1, 2, 3], 3)


def test_what_left_the_server_is_forgotten(server: Pop3Server, queue: Queue) -> None:
    box = make_box(server, leaves_mail=True)
    server.put(mail(), mail())
    fetch(box, clock=_now)
    del server.mails[0]
    fetch(box, clock=_now)

    assert len(Mailbox.objects.get().taken) == 1


def test_a_server_that_deletes_nothing_gives_nothing_twice(server: Pop3Server, box: Mailbox) -> None:
    server.deletes = False
    server.put(mail())

    assert [fetch(box, clock=_now), fetch(box, clock=_now)] == [1, 0]
    assert server.read == [1]


def test_a_server_without_lasting_names_gives_nothing_twice_either(server: Pop3Server, box: Mailbox) -> None:
    server.has_names = server.deletes = False
    server.put(mail(message_id=""), mail())

    assert [fetch(box, clock=_now), fetch(box, clock=_now)] == [2, 0]
    assert Arrival.objects.count() == 2


def test_a_connection_that_breaks_off_loses_nothing(server: Pop3Server, box: Mailbox) -> None:
    server.put(*(mail(subject=f"Mail {number}") for number in range(5)))
    server.hangs_up_after = 2

    with pytest.raises(CannotFetch, match="broke off"):
        fetch(box, clock=_now)
    assert (Arrival.objects.count(), len(server.mails)) == (2, 5)

    server.hangs_up_after = 0
    assert fetch(box, clock=_now) == 3
    assert sorted(Arrival.objects.values_list("subject", flat=True)) == [f"Mail {number}" for number in range(5)]
    assert (server.mails, server.read) == ([], [1, 2, 3, 4, 5])


def test_a_crash_before_it_was_noted_makes_no_second_row(server: Pop3Server, box: Mailbox) -> None:
    server.deletes = False
    server.put(mail())
    fetch(box, clock=_now)
    Mailbox.objects.update(taken=[])

    assert fetch(box, clock=_now) == 0
    assert Arrival.objects.count() == 1


def test_lines_longer_than_usual_stop_nothing(server: Pop3Server, box: Mailbox) -> None:
    raw = mail() + b"x" * 100_000 + b"\r\n"
    server.put(raw)

    fetch(box, clock=_now)

    assert bytes(Arrival.objects.get().raw) == raw


def test_of_a_mail_that_is_too_large_the_beginning_is_kept(
    server: Pop3Server, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAIL_BYTES", 10_000)
    raw = mail() + (b"y" * 76 + b"\r\n") * 1_000
    server.put(raw)

    fetch(box, clock=_now)

    kept = bytes(Arrival.objects.get().raw)
    assert raw.startswith(kept)
    assert 9_000 < len(kept) <= 10_000
    assert server.mails == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("port", 1, "refuses the connection"),
        ("host", "nobody.invalid", "There is no server named nobody.invalid"),
        ("username", "somebody", "refuses user name or password"),
        ("security", Mailbox.Security.TLS, "does not speak TLS"),
        ("security", Mailbox.Security.STARTTLS, "offers no STARTTLS"),
        ("secret", b"nonsense", "enter it again"),
    ],
)
def test_what_is_wrong_stands_in_the_mailbox(box: Mailbox, field: str, value: object, words: str) -> None:
    setattr(box, field, value)
    box.save()

    with pytest.raises(CannotFetch, match=words):
        fetch(box, clock=_now)
    box.refresh_from_db()
    assert words in box.last_error
    assert box.failures == 1


@pytest.mark.parametrize(
    ("host", "said", "words"),
    [
        ("outlook.office365.com", "-ERR Logon failure: unknown user name or bad password.", "Microsoft 365 takes no"),
        ("pop.gmail.com", "-ERR [AUTH] Application-specific password required", "Google takes only passwords made for"),
        (
            "mail.example",
            "-ERR basic authentication is disabled",
            "takes no passwords any more; use a sign-in by OAuth",
        ),
        ("mail.example", "-ERR [IN-USE] locked", "broke off"),
    ],
)
def test_a_refusal_leads_to_oauth_where_passwords_are_switched_off(
    server: Pop3Server, box: Mailbox, host: str, said: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.refuses_with = said
    real = pop3.poplib.POP3
    monkeypatch.setattr(pop3.poplib, "POP3", lambda name, *args, **kwargs: real(server.host, *args, **kwargs))
    box.host = host

    with pytest.raises(CannotFetch, match=words):
        fetch(box, clock=_now)


@pytest.mark.parametrize("security", [Mailbox.Security.TLS, Mailbox.Security.STARTTLS])
def test_mail_comes_encrypted_from_a_server_that_is_known(
    queue: Queue, security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.LANGUAGE_CODE = "en"
    certificate = make_certificate(tmp_path)
    with Pop3Server(certificate=certificate, by_tls=security == Mailbox.Security.TLS) as server:
        server.put(mail())
        box = make_box(server, security=security)
        with pytest.raises(CannotFetch, match=r"certificate of 127\.0\.0\.1:.* is not valid"):
            fetch(box, clock=_now)
        assert server.logins == []

        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert fetch(box, clock=_now) == 1


def test_a_server_that_is_away_is_told_in_words(box: Mailbox) -> None:
    box.port = free_port()

    with pytest.raises(CannotFetch, match=f"{box.port} refuses"):
        fetch(box, clock=_now)


@pytest.mark.django_db(transaction=True)
def test_the_fetcher_comes_back_for_what_is_new(
    server: Pop3Server, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels_intake.email.fetcher.POP3_SECONDS", 0.2)
    fetcher = Fetcher()

    def work() -> None:
        try:
            fetcher.run(every=0.2)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        server.put(mail())
        _wait(lambda: Arrival.objects.count() == 1 and not server.mails)
        server.put(mail())
        _wait(lambda: Arrival.objects.count() == 2 and not server.mails)
    finally:
        fetcher.stop()
        thread.join()
        for one in threading.enumerate():
            if one.name.startswith("mailbox "):
                one.join(30)


def _wait(condition: Any) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)
