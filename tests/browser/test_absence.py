"""Somebody is away: the ticket is offered to the deputy, who takes it over, and the one who returns sees what happened."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.factories import make_agent, make_levels, make_policy, make_rota, make_ticket, make_user
from tests.product import Product
from tickets.models import Absence, Callback, Queue, Ticket
from tickets.operations.assigning import take

PASSWORD = "browser-tests-only"


@pytest.fixture(scope="module")
def world(product: Product) -> Product:
    """Give Uwe a ticket, Vera a queue to work in, and both a rota."""
    first, _ = make_levels(make_policy(always_open=True))
    uwe = make_agent(first, name="Uwe Urlaub", email="uwe@helpdesk.example", password=PASSWORD, language="en")
    vera = make_agent(
        first,
        name="Vera Vertretung",
        email="vera@helpdesk.example",
        password=PASSWORD,
        language="en",
        phone="+49 30 12345",
    )
    requester = make_user("rita@kunde.example", name="Rita Ruft", password=PASSWORD, language="en")
    ticket = make_ticket(first, requester=requester, subject="Drucker steht still", now=timezone.now())
    take(ticket, by=uwe, now=timezone.now())
    make_ticket(first, subject="Niemand hat das", now=timezone.now())
    make_rota(first, vera, uwe, name="Nights", first_day=timezone.localdate() - timedelta(days=1))
    return product


def login(browser: Browser, product: Product, email: str) -> Page:
    page = browser.new_context(base_url=product.url, locale="en", viewport={"width": 1440, "height": 900}).new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/account/login/" not in url)
    return page


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def local(moment) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def test_the_deputy_takes_over_what_an_absent_agent_left(browser: Browser, world: Product) -> None:
    uwe, vera = login(browser, world, "uwe@helpdesk.example"), login(browser, world, "vera@helpdesk.example")
    now = timezone.now()
    uwe.goto("/people/preferences/")
    uwe.locator("main").get_by_role("link", name="Away").click()
    uwe.get_by_label("Away from").fill(local(now - timedelta(minutes=5)))
    uwe.get_by_label("Back on").fill(local(now + timedelta(days=7)))
    uwe.get_by_role("button", name="Save").click()
    expect(uwe.locator("main")).to_contain_text("Choose who stands in")
    uwe.get_by_label("Deputy").select_option(label="Vera Vertretung")
    uwe.get_by_label("Note").fill("Holidays")
    uwe.get_by_role("button", name="Save").click()
    expect(uwe.get_by_role("heading", name="You are away")).to_be_visible()
    shot(uwe, "away")

    vera.goto("/start/")
    expect(vera.locator("main")).to_contain_text("1 ticket is offered to you")
    shot(vera, "start")
    vera.get_by_role("link", name="As deputy").first.click()
    expect(vera.locator("#list")).to_contain_text("Uwe Urlaub")
    vera.get_by_role("link", name="Drucker steht still").first.click()
    expect(vera.locator("#head")).to_contain_text("away")
    shot(vera, "offered")
    vera.locator("#head").get_by_role("button", name="Take over").click()
    expect(vera.locator("#talk")).to_contain_text("took the ticket over as deputy of Uwe Urlaub")
    ticket = Ticket.objects.get(subject="Drucker steht still")
    assert ticket.assignee is not None
    assert ticket.assignee.name == "Vera Vertretung"

    vera.locator("#head summary", has_text="In progress").click()
    vera.get_by_role("link", name="Promise a call back").click()
    shot(vera, "promising")
    vera.get_by_role("button", name="Promise", exact=True).click()
    expect(vera.locator("#head")).to_contain_text("Call back by")
    expect(vera.locator("#head")).to_contain_text("Vera Vertretung")
    shot(vera, "promised")
    rita = login(browser, world, "rita@kunde.example")
    rita.goto(f"/requests/{ticket.pk}/")
    expect(rita.locator("main")).to_contain_text("We call you back by")
    shot(rita, "portal")
    vera.locator("#head summary", has_text="Call back by").click()
    vera.get_by_role("button", name="Called back").click()
    expect(vera.locator("#talk")).to_contain_text("called back")
    assert Callback.objects.get().kept_at is not None

    uwe.goto("/tickets/away/")
    uwe.get_by_role("button", name="I am back").click()
    expect(uwe.locator("main")).to_contain_text("Vera Vertretung took it over")
    shot(uwe, "returned")
    assert Absence.objects.get().ends_at <= timezone.now()
    ticket.refresh_from_db()
    assert ticket.assignee.name == "Vera Vertretung"


def test_who_is_on_call_stands_above_the_queue_and_in_the_calendar(browser: Browser, world: Product) -> None:
    vera = login(browser, world, "vera@helpdesk.example")
    vera.goto(f"/tickets/?queue={Queue.objects.get(tier=1).slug}")
    expect(vera.locator("#list")).to_contain_text("On call: Vera Vertretung")
    shot(vera, "queue")
    vera.goto("/tickets/on-call/")
    expect(vera.locator("main")).to_contain_text("Nights")
    vera.get_by_text("Take a shift …").click()
    shot(vera, "on-call")
    vera.set_viewport_size({"width": 390, "height": 844})
    shot(vera, "on-call-phone")
