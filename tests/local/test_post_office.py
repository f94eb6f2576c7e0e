"""The demo post office: nothing leaves, everything can be read and answered, and only from this machine."""

import email
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django import Settings

from helpdesk.local import post_office
from helpdesk.urls import urlpatterns as product_urls
from notifications import sending
from notifications.models import Delivery
from tests.factories import NOW, make_agent, make_queue, make_ticket, make_user
from tickets import relay
from tickets.operations.replying import reply

urlpatterns = [path("post/", include("helpdesk.local.post_office_urls")), *product_urls]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def office(settings: Settings, tmp_path: Path) -> Path:
    """Open a post office in an empty folder."""
    settings.LOCAL, settings.DATA_DIR = True, tmp_path
    settings.EMAIL_BACKEND = "helpdesk.local.post_office.Backend"
    settings.DEFAULT_FROM_EMAIL = "Muster GmbH <support@helpdesk.example>"
    return tmp_path / "post"


class Door:
    """Keeps what is handed in."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return "250 OK"


class FreePort(Controller):
    """Listens on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """Open an SMTP door."""
    opened = Door()
    controller = FreePort(opened, hostname="127.0.0.1", port=0)
    controller.start()
    monkeypatch.setenv("LOCAL_SMTP_PORT", str(controller.port))
    yield opened
    controller.stop()


def delivered(**fields: Any) -> tuple[Delivery, str]:
    """Answer a request, send the answer into the post office and give its key there."""
    queue = make_queue()
    ticket = make_ticket(
        queue, requester=make_user("petra@kunde.example", name="Petra Person"), message_id="abc@kunde.example"
    )
    reply(
        ticket,
        text=fields.pop("text", "Bitte neu starten."),
        by=make_agent(queue, name="Nadia Yildiz"),
        now=NOW,
        **fields,
    )
    relay.relay_due(timezone.now())
    assert sending.send_due(timezone.now()) == 1
    return Delivery.objects.get(), post_office.postcards("petra@kunde.example")[0].key


def test_a_mail_is_kept_whole_and_counts_as_sent(office: Path) -> None:
    delivery, key = delivered()

    assert delivery.state == "sent"
    assert delivery.answer == f"250 2.0.0 Ok: kept in the post office as {key}"
    assert [path.name for path in office.iterdir()] == [f"{key}.eml"]
    assert post_office.read(key)["Message-ID"] == delivery.message_id
    assert post_office.source_of(key).startswith("From: ")


def test_any_mail_of_the_product_lands_here() -> None:
    mail.send_mail("Passwort", "Ihr Link", None, ["a@kunde.example", "B <b@kunde.example>"])

    assert [(address, count) for address, count, _ in post_office.mailboxes()] == [
        ("b@kunde.example", 1),
        ("a@kunde.example", 1),
    ]


def test_a_full_disk_leaves_the_mail_queued(office: Path) -> None:
    office.write_text("a file where the folder should be")
    queue = make_queue()
    reply(make_ticket(queue), text="Hallo", by=make_agent(queue), now=NOW)
    relay.relay_due(timezone.now())

    assert sending.send_due(timezone.now()) == 0
    assert Delivery.objects.get().state == "queued"


def test_the_mail_is_shown_as_its_recipient_sees_it(client: Client) -> None:
    _, key = delivered(text="Bitte <b>neu</b> starten.")

    lists = client.get("/post/").content.decode() + client.get("/post/mailbox/?of=petra@kunde.example").content.decode()
    shown = client.get(f"/post/{key}/").content.decode()
    page = client.get(f"/post/{key}/page/")

    assert "petra@kunde.example" in lists
    assert "VPN verbindet nicht mehr" in lists
    assert f'src="/post/{key}/page/"' in shown
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown
    assert "Bitte &lt;b&gt;neu&lt;/b&gt; starten." in page.content.decode()
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "sandbox" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "Bitte &lt;b&gt;neu&lt;/b&gt; starten." in client.get(f"/post/{key}/?as=text").content.decode()
    assert "Message-ID: " in client.get(f"/post/{key}/?as=source").content.decode()


def test_an_answer_is_the_mail_a_mail_program_would_send(client: Client, door: Door) -> None:
    delivery, key = delivered()
    picture = SimpleUploadedFile("Bild.png", b"\x89PNG", content_type="image/png")

    response = client.post(f"/post/{key}/answer/", {"text": "Geht immer noch nicht.", "files": [picture]})

    [sent] = door.mails
    assert response.status_code == 302
    assert (sent["From"], sent["To"]) == ("Petra Person <petra@kunde.example>", "support@helpdesk.example")
    assert sent["Subject"] == post_office.read(key)["Subject"]
    assert sent["In-Reply-To"] == delivery.message_id
    assert sent["References"].split() == ["<abc@kunde.example>", delivery.message_id]
    text = sent.get_body(["plain"]).get_content()
    assert text.startswith("Geht immer noch nicht.")
    assert "> Bitte neu starten." in text
    assert [part.get_filename() for part in sent.iter_attachments()] == ["Bild.png"]
    assert [card.is_sent for card in post_office.postcards("petra@kunde.example")] == [True, False]


def test_a_new_mail_can_come_from_anybody(client: Client, door: Door) -> None:
    client.post(
        "/post/new/", {"name": "Jörg Neu", "sender": "joerg@neu.example", "subject": "Drucker", "text": "Papierstau"}
    )

    [sent] = door.mails
    assert (sent["From"], sent["Subject"]) == ("Jörg Neu <joerg@neu.example>", "Drucker")
    assert sent.get_content().strip() == "Papierstau"
    assert post_office.postcards("joerg@neu.example")[0].is_sent


def test_a_closed_door_is_said(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_SMTP_PORT", "1")

    response = client.post("/post/new/", {"sender": "joerg@neu.example", "subject": "Drucker", "text": "Papierstau"})

    assert response.status_code == 422
    assert "Papierstau" in response.content.decode()
    assert post_office.postcards() == []


def test_a_line_break_in_a_field_adds_no_header(client: Client, door: Door) -> None:
    fields = {
        "name": "x\r\nBcc: evil@x.example",
        "sender": "j@neu.example",
        "subject": "=?utf-8?q?x=0ABcc:_e@x?=",
        "text": "x",
    }

    client.post("/post/new/", fields)

    assert [sent["Bcc"] for sent in door.mails] == [None]


PAGES = [
    "/post/",
    "/post/mailbox/?of=petra@kunde.example",
    "/post/new/",
    "/post/{key}/",
    "/post/{key}/page/",
    "/post/{key}/files/0/",
]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "visitor",
    [
        {"REMOTE_ADDR": "192.168.0.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_FORWARDED": "for=x"},
    ],
)
def test_it_does_not_exist_for_others(client: Client, page: str, visitor: dict[str, str]) -> None:
    _, key = delivered()

    assert client.get(page.format(key=key), **visitor).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_it_does_not_exist_in_production(client: Client, settings: Settings, page: str) -> None:
    _, key = delivered()
    settings.LOCAL = False

    assert client.get(page.format(key=key)).status_code == 404


@pytest.mark.parametrize("key", ["x", "..", "0" * 20 + "-" + "0" * 8, "passwd"])
def test_no_other_file_can_be_read(client: Client, key: str) -> None:
    assert client.get(f"/post/{key}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_newcomer_reads_and_answers_in_the_browser(browser: Browser, live_server: Any, door: Door) -> None:
    _, key = delivered(text="Bitte starten Sie den Rechner neu.")
    page = browser.new_page(locale="en-GB")
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)

    page.goto(f"{live_server.url}/post/")
    page.get_by_text("petra@kunde.example").click()
    page.get_by_text("VPN verbindet nicht mehr").click()
    expect(page.frame_locator("iframe").get_by_text("Bitte starten Sie den Rechner neu.")).to_be_visible()
    page.locator("textarea").fill("Das hat geholfen, danke!")
    # A click right after scrolling would still be hit-tested against the sandboxed frame.
    page.locator("form[enctype] button[type=submit]").press("Enter")
    expect(page.locator("#mailbox li")).to_have_count(2)

    assert [sent["In-Reply-To"] for sent in door.mails] == [post_office.read(key)["Message-ID"]]
    assert wrong == []
    page.close()
