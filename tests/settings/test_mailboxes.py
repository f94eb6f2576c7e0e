"""Mailboxes: tried on a real server, and a password nobody can read or send elsewhere."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels_intake.models import Mailbox
from people.models import AuditEntry
from tests.channels_intake.mails import ImapServer, free_port, mail, start_pymap
from tests.settings.conftest import SECRET, Everything, entries

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    """Give a running IMAP server."""
    server = start_pymap(tmp_path_factory.mktemp("settings-imap"))
    yield server
    server.stop()


def form(**changes: Any) -> dict[str, Any]:
    """Give what a browser sends for the mailbox there is."""
    data = {
        "name": "Support", "address": "support@helpdesk.example", "queue": "", "language": "", "password": "",
        "protocol": "imap", "host": "imap.helpdesk.example", "port": 993, "security": "tls", "username": "u",
        "folder": "INBOX", "move_to": "", "is_active": "on", "aliases": "", "grant": "",
        "sender-name": "", "sender-host": "", "sender-port": 587, "sender-security": "starttls", "sender-username": "",
        "sender-password": "", "sender-grant": "", "sender-signature_de": "", "sender-signature_en": "",
    }  # fmt: skip
    return data | changes


def stored() -> Mailbox:
    """Read the mailbox."""
    return Mailbox.objects.get()


def _changes() -> dict[str, Any]:
    """Read what was recorded about the mailbox."""
    changes: dict[str, Any] = AuditEntry.objects.get(kind="channels_intake.mailbox").changes
    return changes


def test_without_a_password_the_stored_one_stays(client: Client, everything: Everything) -> None:
    client.post(reverse("settings:mailbox", args=[everything.mailbox.pk]), form(name="Help"))

    assert (stored().name, stored().password) == ("Help", SECRET)
    assert _changes() == {"name": ["Support", "Help"]}


def test_a_new_password_is_recorded_without_its_words(client: Client, everything: Everything) -> None:
    client.post(reverse("settings:mailbox", args=[everything.mailbox.pk]), form(password="brand-new-word"))

    assert stored().password == "brand-new-word"
    assert _changes() == {"secret": "•••"}
    page = client.get(reverse("settings:audit")).content.decode()
    assert "•••" in page
    assert "brand-new-word" not in page


@pytest.mark.parametrize("change", [{"host": "evil.example"}, {"username": "other"}])
def test_the_stored_password_is_never_sent_to_another_account(
    client: Client, everything: Everything, change: dict[str, str]
) -> None:
    saved = client.post(reverse("settings:mailbox", args=[everything.mailbox.pk]), form(**change))
    tried = client.post(reverse("settings:mailbox_trial", args=[everything.mailbox.pk]), form(**change))

    for response in (saved, tried):
        assert response.status_code == 422
        assert "enter the password of the new account" in response.content.decode()
    assert (stored().host, stored().username) == ("imap.helpdesk.example", "u")


def test_another_folder_is_read_from_its_beginning(client: Client, everything: Everything) -> None:
    Mailbox.objects.update(uidvalidity=7, last_uid=99, last_fetch_at=timezone.now(), last_error="away", failures=3)

    client.post(reverse("settings:mailbox", args=[everything.mailbox.pk]), form(name="Help"))
    assert (stored().uidvalidity, stored().last_uid) == (7, 99)

    client.post(reverse("settings:mailbox", args=[everything.mailbox.pk]), form(folder="Requests"))
    box = stored()
    assert (box.uidvalidity, box.last_uid, box.last_fetch_at, box.last_error, box.failures) == (0, 0, None, "", 0)


def test_the_connection_is_tried_with_what_is_typed_and_nothing_is_saved(client: Client, server: ImapServer) -> None:
    server.put("INBOX", mail())
    typed = form(host=server.host, port=server.port, security="none", username=server.user, password=server.password)

    whole = client.post(reverse("settings:mailbox_new_trial"), typed)
    part = client.post(reverse("settings:mailbox_new_trial"), typed, headers={"HX-Request": "true"})

    assert "It works: logged in, INBOX holds" in whole.content.decode()
    assert part.content.decode().lstrip().startswith('<div class="set-trial" id="trial-fetching"')
    assert server.search("INBOX", "UNSEEN") != []
    assert not Mailbox.objects.exists()
    assert server.password not in whole.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wrong"}, "refuses user name or password"),
        ({"folder": "Nowhere"}, "There is no folder named Nowhere"),
        ({"port": 1}, "refuses the connection"),
        ({"host": ""}, "enter the mail server first"),
        ({"port": 70_000}, "Not tried: Port"),
    ],
)
def test_why_it_does_not_work_is_said(client: Client, server: ImapServer, change: dict[str, Any], words: str) -> None:
    typed = form(host=server.host, port=server.port, security="none", username=server.user, password=server.password)

    response = client.post(reverse("settings:mailbox_new_trial"), typed | change, headers={"HX-Request": "true"})

    assert words in response.content.decode()


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_web_server_is_not_taken_for_a_mail_server(client: Client, protocol: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        answering = Thread(target=_answer_as_the_web_does, args=(listener,))
        answering.start()
        typed = form(protocol=protocol, host="127.0.0.1", port=port, security="none", username="u", password="p")
        page = client.post(reverse("settings:mailbox_new_trial"), typed, headers={"HX-Request": "true"})
        answering.join()

    assert f"127.0.0.1:{port} is no mail server: a web server answers" in page.content.decode()


def _answer_as_the_web_does(listener: socket.socket) -> None:
    with listener.accept()[0] as connection:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_the_pages_tell_how_a_mailbox_is(client: Client, everything: Everything) -> None:
    address = reverse("settings:mailboxes")
    assert "not fetched yet" in client.get(address).content.decode()

    Mailbox.objects.update(last_fetch_at=timezone.now())
    assert "seconds ago" in client.get(address).content.decode()

    Mailbox.objects.update(last_fetch_at=timezone.now() - timedelta(hours=1))
    assert "does the mail fetcher run?" in client.get(address).content.decode()

    Mailbox.objects.update(last_error="The <server> refuses", failures=2)
    assert "The &lt;server&gt; refuses" in client.get(address).content.decode()
    assert "2 tries failed" in client.get(reverse("settings:mailbox", args=[everything.mailbox.pk])).content.decode()
    assert "1 cannot be fetched" in client.get(reverse("settings:home")).content.decode()


def test_a_new_mailbox_on_a_free_port_is_stored(client: Client) -> None:
    client.post(reverse("settings:mailbox_new"), form(port=free_port(), password=SECRET))

    assert stored().password == SECRET
    assert entries() == [("notifications.sender", "created"), ("channels_intake.mailbox", "created")]
    assert SECRET not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_do_not_grow(
    client: Client, everything: Everything, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count - 1):
        Mailbox.objects.create(name="More", address=f"more{number}@helpdesk.example", queue=everything.queue)

    with django_assert_num_queries(5):
        client.get(reverse("settings:mailboxes"))
