"""Visitor and agent talk live, in real browsers, over a connection that breaks."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from channels_intake.models import Chat
from helpdesk.local import processes
from people.models import User
from tests.factories import make_agent, make_queue
from tests.product import Product
from tickets.models import Message

LINE = "Zeile %d"


@pytest.fixture(scope="module")
def agent(product: Product) -> User:
    return make_agent(make_queue(is_default=True), password="ein-langes-kennwort", language="de")


def log_in(context: BrowserContext, product: Product, agent: User) -> Page:
    page = context.new_page()
    page.goto(f"{product.url}/account/login/")
    page.fill("[name=login]", agent.email)
    page.fill("[name=password]", "ein-langes-kennwort")
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "login" not in address)
    return page


def say(page: Page, text: str) -> None:
    page.fill("#chat-text", text)
    page.press("#chat-text", "Enter")


def test_a_chat_over_a_broken_line_loses_nothing_and_doubles_nothing(
    product: Product, browser: Browser, agent: User
) -> None:
    at_desk, outside = browser.new_context(), browser.new_context()
    desk = log_in(at_desk, product, agent)
    desk.goto(f"{product.url}/intake/chats/")
    expect(desk.locator("#chats .empty")).to_be_visible()

    visitor = outside.new_page()
    visitor.goto(f"{product.url}/intake/chat/")
    visitor.fill("[name=name]", "Vera Kundin")
    visitor.fill("[name=email]", "vera@kunde.example")
    visitor.fill("[name=text]", LINE % 0)
    visitor.click(".p-card button[type=submit]")
    desk.click("#chats a:has-text('Vera Kundin')")
    say(desk, LINE % 1)
    expect(visitor.locator(".chat-log")).to_contain_text(LINE % 1)

    outside.set_offline(True)
    say(visitor, LINE % 2)
    say(desk, LINE % 3)
    expect(desk.locator("[data-chat-log]")).to_contain_text(LINE % 3)
    outside.set_offline(False)
    expect(visitor.locator(".chat-log")).to_contain_text(LINE % 3, timeout=15_000)
    expect(desk.locator("[data-chat-log]")).to_contain_text(LINE % 2, timeout=15_000)

    product.kill("web")
    say(visitor, LINE % 4)
    visitor.wait_for_timeout(500)
    product.run(processes.web(product.port))
    product.wait()
    expect(desk.locator("[data-chat-log]")).to_contain_text(LINE % 4, timeout=25_000)
    expect(visitor.locator(".is-pending")).to_have_count(0, timeout=15_000)

    chat = Chat.objects.get()
    stored = list(Message.objects.filter(ticket=chat.ticket).order_by("pk").values_list("text", flat=True))
    assert sorted(stored) == [LINE % number for number in range(5)]
    for page in (visitor, desk):
        seen = page.locator("[data-chat-log] [data-line]").all_inner_texts()
        assert [re.search(r"Zeile \d", text).group() for text in seen] == stored

    visitor.click(".chat-end button")
    expect(visitor.locator("[data-chat-over]")).to_be_visible()
    expect(desk.locator("[data-chat-over]")).to_be_visible(timeout=25_000)
    at_desk.close()
    outside.close()
