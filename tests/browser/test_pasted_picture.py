"""Pasting a picture into an answer, in a real browser: shown in place, kept over reload, and sent where it stands."""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from helpdesk.local.children import wait_until
from people.models import User
from tests.factories import make_agent, make_queue, make_ticket
from tests.product import Product
from tickets.models import Draft, Message, Ticket

PASSWORD = "browser-tests-only"
# Draws a picture, copies it, and pastes it as the keyboard does.
COPY = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 40; canvas.height = 20;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "red";
  pen.fillRect(0, 0, 40, 20);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}"""


@pytest.fixture(scope="module")
def product_settings() -> dict[str, str]:
    return {"UNDO_SECONDS": "2"}


@pytest.fixture
def agent(product: Product) -> User:
    return make_agent(make_queue(), email="paste@helpdesk.example", password=PASSWORD, language="en")


@pytest.fixture
def ticket(agent: User) -> Ticket:
    return make_ticket(agent.memberships.get().queue, now=timezone.now())


@pytest.fixture
def page(browser: Browser, product: Product, agent: User, ticket: Ticket) -> Iterator[Page]:
    context = browser.new_context(base_url=product.url, viewport={"width": 1440, "height": 900}, locale="en")
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=product.url)
    page = context.new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", agent.email)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(f"/tickets/{ticket.pk}/")
    yield page
    context.close()


def test_a_pasted_picture_stays_where_it_was_pasted(page: Page, ticket: Ticket) -> None:
    page.evaluate(COPY)
    page.locator("#reply-form .editor.rich").click()
    page.keyboard.type("Sehen Sie: ")
    page.keyboard.press("Control+V")

    expect(page.locator("#reply-form .editor.rich img")).to_be_visible()
    assert wait_until(lambda: "data:image/png" in "".join(Draft.objects.values_list("body", flat=True)), within=15)
    page.reload()
    picture = page.locator("#reply-form .editor.rich img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") == 40

    page.locator("#reply-form .editor.rich").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("article.held .body img")).to_be_visible()
    assert wait_until(lambda: Message.objects.filter(ticket=ticket, kind="reply").exists(), within=30)

    message = Message.objects.get(ticket=ticket, kind="reply")
    assert f"cid:{message.attachments.get().content_id}" in message.html
