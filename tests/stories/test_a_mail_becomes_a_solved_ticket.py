"""
The main job, end to end, on real parts.

A mail arrives in a real IMAP mailbox, becomes a ticket, is triaged and gets a standard solution; an agent answers in the
browser, the answer leaves through a real SMTP server as part of the thread; another ticket nobody touches goes to second
level by its clock, second level resolves it, and the requester sees it all in the portal.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone
from playwright.sync_api import Page, expect

from channels_intake.models import Mailbox
from helpdesk.local import processes
from people.models import User
from tests.channels_intake.mails import ImapServer, free_port, mail, start_pymap
from tests.factories import make_agent, make_article, make_levels, make_policy, make_user
from tests.product import Product
from tickets.models import Event, RoutingRule, Ticket
from tickets.operations.opening import open_ticket

PASSWORD = "a-long-password-of-tests"


class Outside:
    """The world's mail server: keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if address in str(mail["To"])]


@pytest.fixture(scope="module")
def outside() -> Iterator[tuple[Outside, int]]:
    world = Outside()
    controller = Controller(world, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield world, controller.port
    controller.stop()


@pytest.fixture(scope="module")
def imap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    server = start_pymap(tmp_path_factory.mktemp("imap"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def product_settings(outside: tuple[Outside, int]) -> dict[str, str]:
    return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(outside[1])}


def eventually(look: Callable[[], Any], within: float = 20) -> Any:
    """Wait until there is something to see."""
    end = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.1)
    return seen


def log_in(page: Page, product: Product, person: User) -> None:
    page.goto(f"{product.url}/account/login/")
    page.fill("input[name=login]", person.email)
    page.fill("input[name=password]", PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/account/login/" not in url)


def test_from_mail_to_solution(
    product: Product, outside: tuple[Outside, int], imap: ImapServer, page: Page, tmp_path: Path
) -> None:
    world, _ = outside
    first, second = make_levels(make_policy(first_response=60))
    anna = make_agent(first, name="Anna Erste", language="en", password=PASSWORD)
    zoe = make_agent(second, name="Zoe Zweite", language="en", password=PASSWORD)
    RoutingRule.objects.create(name="VPN", words="vpn", queue=second)
    make_article()
    box = Mailbox(
        name="Support", address="support@helpdesk.example", host=imap.host, port=imap.port,
        security=Mailbox.Security.NONE, username=imap.user, folder="INBOX",
    )  # fmt: skip
    box.password = imap.password
    box.save()
    product.run(processes.fetcher())

    # The agent has the list open; the mail arrives.
    log_in(page, product, anna)
    page.goto(f"{product.url}/tickets/")
    raw = mail(
        sender="Petra Lindner <petra@kunde.example>", to="support@helpdesk.example",
        subject="VPN verbindet nicht mehr", text="Seit dem Update heute meldet das VPN Fehler 809. Bitte helfen Sie mir.",
    )  # fmt: skip
    imap.put("INBOX", raw)
    ticket = eventually(lambda: Ticket.objects.filter(requester__email="petra@kunde.example").first())
    acknowledgement = eventually(lambda: world.to("petra@kunde.example"))[0]
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    assert f"[#{ticket.pk}]" in acknowledgement["Subject"]

    # It was triaged: language, specialists, a standard solution with its reason.
    eventually(lambda: ticket.suggestions.first())
    ticket.refresh_from_db()
    assert (ticket.language, ticket.specialists, ticket.queue) == ("de", second, first)

    # It shows up without a reload; she opens it, inserts the solution and sends.
    expect(page.locator("body")).to_contain_text(re.compile("VPN verbindet nicht mehr|new ticket"), timeout=5000)
    page.goto(f"{product.url}/tickets/{ticket.pk}/")
    expect(page.locator(".sols")).to_contain_text("809")
    page.locator(".sols form button[type=submit]").first.click()
    expect(page.locator("#reply-form [contenteditable]")).to_contain_text("VPN-Reparatur", timeout=5000)
    assert ticket.attempts.get().by == anna
    page.locator("#reply-form button[value=wait]").click()
    expect(page.locator("#thread, .thread").first).to_contain_text("VPN-Reparatur", timeout=5000)
    answer = eventually(lambda: [m for m in world.to("petra@kunde.example") if "VPN-Reparatur" in _text(m)])[0]
    asked = message_from_bytes(raw)["Message-ID"]
    assert answer["In-Reply-To"] == acknowledgement["Message-ID"]
    assert str(answer["References"]).split() == [asked, acknowledgement["Message-ID"]]
    assert "Auto-Submitted" not in answer
    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.PENDING_CUSTOMER

    # Petra answers by mail: the same ticket, back to work.
    imap.put(
        "INBOX",
        mail(
            sender="Petra Lindner <petra@kunde.example>", to="support@helpdesk.example", subject=str(answer["Subject"]),
            text="Das hat geholfen, danke!", answers=str(answer["Message-ID"]),
        ),
    )  # fmt: skip
    eventually(lambda: Ticket.objects.get(pk=ticket.pk).state == Ticket.State.OPEN)
    assert Ticket.objects.filter(requester__email="petra@kunde.example").count() == 1

    # Nobody touches this one: its clock takes it to second level.
    karl = make_user("karl@kunde.example", password=PASSWORD, language="en", name="Karl Kunde")
    forgotten = open_ticket(
        requester=karl, subject="Scanner streikt", text="Der Scanner zieht nichts ein.", channel=Ticket.Channel.WEB,
        queue=first, now=timezone.now() - timedelta(minutes=59, seconds=58),
    )  # fmt: skip
    eventually(lambda: Ticket.objects.get(pk=forgotten.pk).queue_id == second.pk)
    kinds = list(forgotten.events.values_list("kind", flat=True))
    assert (kinds.count(Event.Kind.BREACHED), kinds.count(Event.Kind.ESCALATED)) == (1, 1)

    # Second level accepts and resolves it.
    page.context.clear_cookies()
    log_in(page, product, zoe)
    page.goto(f"{product.url}/tickets/{forgotten.pk}/")
    page.locator("form[action$='/acceptance/'] button").click()
    eventually(lambda: Ticket.objects.get(pk=forgotten.pk).assignee_id == zoe.pk)
    page.goto(f"{product.url}/tickets/{forgotten.pk}/resolution/")
    page.fill("textarea[name=solution]", "Einzugsrolle gereinigt.")
    page.locator("form:has(textarea[name=solution]) button[type=submit]").last.click()
    eventually(lambda: Ticket.objects.get(pk=forgotten.pk).state == Ticket.State.RESOLVED)
    solved = eventually(lambda: [m for m in world.to("karl@kunde.example") if "Einzugsrolle" in _text(m)])[0]

    # Karl follows the link in the mail, without a login, and says that it helped.
    link = re.search(r"https?://\S+/request/[\w:.-]+/", _text(solved))
    assert link is not None
    page.context.clear_cookies()
    page.goto(link[0])
    expect(page.locator("main")).to_contain_text("Einzugsrolle gereinigt.")
    page.get_by_role("button", name="Yes, it works").click()
    eventually(lambda: Ticket.objects.get(pk=forgotten.pk).state == Ticket.State.CLOSED)
    assert Ticket.objects.get(pk=forgotten.pk).confirmed is True

    # And he sees it among his requests when he logs in.
    log_in(page, product, karl)
    page.goto(f"{product.url}/requests/")
    expect(page.locator("main")).to_contain_text("Scanner streikt")
    expect(page.locator("main")).not_to_contain_text("VPN verbindet nicht mehr")


def _text(mail: Mail) -> str:
    part = mail.get_body(("plain",))  # type: ignore[attr-defined]
    return str(part.get_content()) if part else ""
