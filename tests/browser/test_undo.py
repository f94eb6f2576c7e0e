"""Taking an answer back in a real browser, against the real product with worker and clock."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from helpdesk.local import processes
from helpdesk.local.children import wait_until
from people.models import User
from tests.browser.axe import violations
from tests.factories import make_agent, make_queue, make_ticket
from tests.product import Product
from tickets.models import Draft, HeldAnswer, Message, Queue, Ticket
from tickets.operations.replying import receive_message

PASSWORD = "browser-tests-only"
SECONDS = 5
FILE = {"name": "anleitung.txt", "mimeType": "text/plain", "buffer": b"Schritt 1"}
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def product_settings() -> dict[str, str]:
    return {"UNDO_SECONDS": str(SECONDS)}


@pytest.fixture(scope="module")
def queue(product: Product) -> Queue:
    return make_queue()


@pytest.fixture(scope="module")
def agent(queue: Queue) -> User:
    return make_agent(queue, email="lena@helpdesk.example", password=PASSWORD, language="en")


@pytest.fixture
def ticket(queue: Queue, agent: User) -> Ticket:
    return make_ticket(queue, now=timezone.now())


@pytest.fixture
def at(browser: Browser, product: Product, agent: User) -> Iterator[Open]:
    """Log in and open a ticket, on a desk or on a phone."""
    contexts = []

    def open_ticket(ticket: Ticket, width: int = 1440, height: int = 900, who: User = agent) -> Page:
        context = browser.new_context(base_url=product.url, viewport={"width": width, "height": height}, locale="en")
        contexts.append(context)
        page = context.new_page()
        page.goto("/account/login/")
        page.fill("input[name=login]", who.email)
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "login" not in url)
        page.goto(f"/tickets/{ticket.pk}/")
        expect(page.locator("#reply-form .editor.rich")).to_be_visible()
        return page

    yield open_ticket
    for context in contexts:
        context.close()


def write(page: Page, text: str, cc: str = "") -> None:
    page.locator("#reply-form .editor.rich").click()
    page.keyboard.type(text)
    if cc:
        page.locator("#reply-form .copies summary").click()
        page.fill("#reply-form input[name=cc]", cc)
        page.locator("#reply-form .editor.rich").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-held]")).to_contain_text(text)


def sent(ticket: Ticket) -> list[str]:
    return list(Message.objects.filter(ticket=ticket, kind="reply").values_list("text", flat=True))


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desk", "phone"])
def test_undo_brings_text_file_and_recipients_back_and_nothing_is_sent(
    at: Open, ticket: Ticket, agent: User, size: tuple[int, int]
) -> None:
    page = at(ticket, *size)
    page.locator("#reply-form input[type=file]").set_input_files([FILE])
    write(page, "Bitte neu starten.", cc="kim@kunde.example")

    expect(page.locator("[data-held-words]")).to_contain_text("Will be sent in")
    expect(page.locator("[data-held-said]")).to_contain_text("Your answer will be sent")
    page.wait_for_timeout(1000)
    expect(page.get_by_role("button", name="Undo")).to_be_in_viewport()
    assert violations(page) == []
    page.get_by_role("button", name="Undo").click()

    expect(page.locator("[data-held]")).to_have_count(0)
    expect(page.locator("#reply-form .editor.rich")).to_have_text("Bitte neu starten.")
    expect(page.locator("#reply-form .editor.rich")).to_be_focused()
    expect(page.locator("#reply-form input[name=cc]")).to_have_value("kim@kunde.example")
    expect(page.locator("#reply-form .kept")).to_contain_text("anleitung.txt")
    page.wait_for_timeout((SECONDS + 3) * 1000)
    assert sent(ticket) == []
    page.locator("#reply-form .editor.rich").click()
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Send now").click()
    expect(page.locator(".msg.mine:not(.held)")).to_contain_text("Bitte neu starten.")
    message = Message.objects.get(ticket=ticket, kind="reply")
    assert message.recipients == {"cc": ["kim@kunde.example"]}
    assert [file.name for file in message.attachments.all()] == ["anleitung.txt"]
    assert not Draft.objects.filter(ticket=ticket, user=agent).exclude(body="").exists()


def test_it_is_sent_by_itself_and_shows_at_once(at: Open, ticket: Ticket) -> None:
    page = at(ticket)
    write(page, "Kommt von selbst.")
    page.locator("#reply-form .editor.rich").click()
    page.keyboard.type("Noch ein Wort")

    expect(page.locator(".msg.mine:not(.held)")).to_contain_text("Kommt von selbst.", timeout=(SECONDS + 4) * 1000)

    expect(page.locator("[data-held]")).to_have_count(0)
    expect(page.locator("#reply-form .editor.rich")).to_have_text("Noch ein Wort")
    assert sent(ticket) == ["Kommt von selbst."]


def test_leaving_the_page_or_killing_the_worker_loses_nothing(at: Open, product: Product, ticket: Ticket) -> None:
    page = at(ticket)
    write(page, "Trotzdem.")
    page.goto("about:blank")
    product.kill("worker")

    assert not wait_until(lambda: bool(sent(ticket)), within=SECONDS + 3, pause=0.5)
    assert HeldAnswer.objects.filter(ticket=ticket).count() == 1
    product.run(processes.worker())
    assert wait_until(lambda: bool(sent(ticket)), within=30, pause=0.5)
    assert sent(ticket) == ["Trotzdem."]
    assert not HeldAnswer.objects.filter(ticket=ticket).exists()


def test_what_a_newer_message_overtook_is_not_sent_and_comes_back(at: Open, ticket: Ticket) -> None:
    page = at(ticket)
    write(page, "Bitte neu starten.")
    receive_message(ticket, author=ticket.requester, text="Geht wieder!", channel="email", now=timezone.now())

    expect(page.locator(".msg.held.is-back")).to_contain_text("Not sent", timeout=(SECONDS + 6) * 1000)

    page.get_by_role("button", name="Go on in the editor").click()
    expect(page.locator("#reply-form .editor.rich")).to_have_text("Bitte neu starten.")
    expect(page.locator(".msg.held")).to_have_count(0)
    assert sent(ticket) == []


def test_a_colleague_sees_that_an_answer_is_on_its_way_but_cannot_stop_it(
    at: Open, queue: Queue, ticket: Ticket
) -> None:
    colleague = make_agent(queue, name="Jonas Weber", password=PASSWORD, language="en")
    theirs, mine = at(ticket, who=colleague), at(ticket)
    write(mine, "Ich antworte.")

    expect(theirs.locator("[data-held]")).to_contain_text("is sending an answer")
    assert theirs.get_by_role("button", name="Undo").count() == 0
