"""The sending side of a mailbox: its sender in step with it, and SMTP servers tried without sending anything."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels_intake import senders
from channels_intake.models import Arrival, Mailbox
from notifications.models import OAuthGrant, Sender
from people.models import AuditEntry
from tests.channels_intake.mails import free_port
from tests.settings.conftest import SECRET, Everything
from tests.settings.test_mailboxes import form

pytestmark = pytest.mark.django_db
SMTP = {"sender-host": "smtp.helpdesk.example", "sender-username": "u", "sender-password": SECRET}


class SmtpServer(Controller):
    """A real SMTP server with one account; whatever is sent it notes."""

    user, password = "demouser", "demopass"

    def __init__(self) -> None:
        self.received: list[Any] = []
        super().__init__(
            self, hostname="127.0.0.1", port=free_port(), authenticator=self._check, auth_require_tls=False
        )  # fmt: skip

    def _check(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        is_right = isinstance(data, LoginPassword) and data.password.decode() == self.password
        return AuthResult(success=is_right and data.login.decode() == self.user, handled=False)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.received.append(envelope)
        return "250 OK"


@pytest.fixture(scope="module")
def smtp() -> Iterator[SmtpServer]:
    """Give a running SMTP server."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


def typed(smtp: SmtpServer, **changes: Any) -> dict[str, Any]:
    """Give what a browser sends when this server is entered."""
    account = {"sender-host": "127.0.0.1", "sender-port": smtp.port, "sender-security": "none"}
    account |= {"sender-username": smtp.user, "sender-password": smtp.password, "side": "sending"}
    return form(password=SECRET, **account) | changes


def test_every_mailbox_gets_a_sender_that_stays_in_step(client: Client, everything: Everything) -> None:
    address = reverse("settings:mailbox", args=[everything.mailbox.pk])
    client.post(address, form(queue=everything.queue.pk, **{"sender-name": "Acme", "sender-signature_en": "Bye"}))
    sender = Sender.objects.get()

    assert (sender.address, sender.queue, sender.name, sender.signature_en, sender.host) == (
        "support@helpdesk.example", everything.queue, "Acme", "Bye", "",
    )  # fmt: skip
    assert Mailbox.objects.get().sender == sender

    client.post(address, form(address="help@helpdesk.example", queue=everything.second.pk, is_active=""))
    sender.refresh_from_db()
    assert (sender.address, sender.queue, sender.is_active) == ("help@helpdesk.example", everything.second, False)
    assert [entry.action for entry in AuditEntry.objects.filter(kind="notifications.sender").order_by("pk")] == [
        "created",
        "changed",
    ]


def test_a_sender_that_was_there_before_becomes_the_mailboxs(client: Client, everything: Everything) -> None:
    before = Sender.objects.create(address="Support@helpdesk.example", name="Old")

    client.post(reverse("settings:mailbox", args=[everything.mailbox.pk]), form())

    assert Mailbox.objects.get().sender == before


def test_the_password_of_the_sender_stays_and_goes_nowhere_else(client: Client, everything: Everything) -> None:
    address = reverse("settings:mailbox", args=[everything.mailbox.pk])
    client.post(address, form(**SMTP))
    client.post(address, form(**SMTP | {"sender-password": "", "sender-name": "Acme"}))
    assert (Sender.objects.get().password, Sender.objects.get().name) == (SECRET, "Acme")
    assert SECRET not in client.get(address).content.decode()
    assert SECRET not in str(list(AuditEntry.objects.values_list("changes", flat=True)))

    for change in ({"sender-host": "evil.example"}, {"sender-username": "other"}):
        for name in ("mailbox", "mailbox_trial"):
            data = form(**SMTP | {"sender-password": "", "side": "sending"} | change)
            response = client.post(reverse(f"settings:{name}", args=[everything.mailbox.pk]), data)
            assert response.status_code == 422
            assert "enter the password of the new account" in response.content.decode()
    assert Sender.objects.get().host == "smtp.helpdesk.example"


def test_a_grant_replaces_the_password_and_opens_its_providers_servers_only(
    client: Client, everything: Everything
) -> None:
    grant = OAuthGrant.objects.create(name="M", provider="microsoft", client_id="c")
    address = reverse("settings:mailbox", args=[everything.mailbox.pk])

    refused = client.post(address, form(grant=grant.pk, host="evil.example", username=""))
    assert refused.status_code == 422
    assert "opens servers of Microsoft 365 only" in refused.content.decode()
    bare = client.post(address, form(grant=grant.pk, host="outlook.office365.com", security="none", username=""))
    assert "needs encryption" in bare.content.decode()

    client.post(address, form(grant=grant.pk, host="outlook.office365.com", username=""))
    box = Mailbox.objects.get()
    assert (box.grant, box.host, bytes(box.secret)) == (grant, "outlook.office365.com", b"")


def test_other_addresses_lead_to_the_mailbox_and_are_ours(client: Client, everything: Everything) -> None:
    other = Mailbox.objects.create(name="Other", address="other@helpdesk.example", aliases=["taken@helpdesk.example"])
    address = reverse("settings:mailbox", args=[everything.mailbox.pk])

    client.post(address, form(aliases="Help@Helpdesk.example, it@helpdesk.example;it@helpdesk.example"))

    assert Mailbox.objects.get(pk=everything.mailbox.pk).aliases == ["help@helpdesk.example", "it@helpdesk.example"]
    assert senders.mailbox_for(["x@y.example", "IT@helpdesk.example"]) == everything.mailbox
    assert senders.mailbox_for(["taken@helpdesk.example"]) == other
    assert senders.mailbox_for([]) is None
    assert {"it@helpdesk.example", "taken@helpdesk.example", "support@helpdesk.example"} < senders.own_addresses()


def test_our_own_addresses_are_read_at_once(everything: Everything, django_assert_num_queries: Any) -> None:
    Sender.objects.create(address="News@helpdesk.example")

    with django_assert_num_queries(1):
        assert "news@helpdesk.example" in senders.own_addresses()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"aliases": "no address"}, "no is no address"),
        ({"aliases": "other@helpdesk.example"}, "other@helpdesk.example belongs to another mailbox"),
        ({"aliases": "TAKEN@helpdesk.example"}, "taken@helpdesk.example belongs to another mailbox"),
        ({"address": "taken@helpdesk.example"}, "taken@helpdesk.example belongs to another mailbox"),
        ({"sender-port": 70_000}, "Something is wrong with the part about sending"),
    ],
)
def test_an_address_leads_to_one_mailbox(
    client: Client, everything: Everything, change: dict[str, Any], words: str
) -> None:
    Mailbox.objects.create(name="Other", address="other@helpdesk.example", aliases=["taken@helpdesk.example"])

    response = client.post(reverse("settings:mailbox", args=[everything.mailbox.pk]), form(**change))

    assert response.status_code == 422
    assert words in response.content.decode()
    stored = Mailbox.objects.get(pk=everything.mailbox.pk)
    assert (stored.address, stored.aliases, Sender.objects.count()) == ("support@helpdesk.example", [], 0)


def test_sending_is_tried_without_sending(client: Client, smtp: SmtpServer) -> None:
    response = client.post(reverse("settings:mailbox_new_trial"), typed(smtp), headers={"HX-Request": "true"})
    whole = client.post(reverse("settings:mailbox_new_trial"), typed(smtp))

    text = response.content.decode()
    assert f"It works: 127.0.0.1:{smtp.port} would take mail." in text
    assert text.lstrip().startswith('<div class="set-trial" id="trial-sending"')
    assert "would take mail" in whole.content.decode()
    assert smtp.received == []
    assert not Mailbox.objects.exists()
    assert not Sender.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sender-password": "wrong"}, "refuses user name or password"),
        ({"sender-host": "nobody.invalid"}, "There is no server named nobody.invalid"),
        ({"sender-port": 1}, "refuses the connection"),
        ({"sender-security": "tls"}, "does not speak TLS"),
        ({"sender-security": "starttls"}, "offers no STARTTLS"),
        ({"sender-password": ""}, "Not tried: Password: Enter the password"),
        ({"sender-username": "", "sender-password": ""}, "would take mail"),
        ({"sender-host": ""}, "by the server of the whole helpdesk"),
    ],
)
def test_why_sending_does_not_work_is_said(
    client: Client, smtp: SmtpServer, change: dict[str, Any], words: str
) -> None:
    response = client.post(reverse("settings:mailbox_new_trial"), typed(smtp, **change), headers={"HX-Request": "true"})

    assert words in response.content.decode()


def test_the_pages_tell_how_sending_is_and_what_waits(client: Client, everything: Everything) -> None:
    now = timezone.now()
    sender = Sender.objects.create(address="support@helpdesk.example", last_sent_at=now - timedelta(minutes=7))
    Mailbox.objects.update(sender=sender, last_fetch_at=now)
    Arrival.objects.create(
        channel="email", mailbox=everything.mailbox, external_id="1", received_at=now - timedelta(hours=5)
    )
    addresses = [reverse("settings:mailboxes"), reverse("settings:mailbox", args=[everything.mailbox.pk])]

    for address in addresses:
        page = client.get(address).content.decode()
        assert "last sent: 7 minutes ago" in page
        assert "The oldest fetched mail has waited for 5 hours to be accepted." in page

    Sender.objects.update(last_error="535 <wrong>", failures=4)
    for address in addresses:
        page = client.get(address).content.decode()
        assert "535 &lt;wrong&gt;" in page
        assert "4 tries failed since." in page
