"""A solution on its way: inserted by an agent, confirmed or not by the requester; and a mode that earns the right to act."""

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from notifications.links import ticket_link
from people.models import User
from tests.browser.axe import violations
from tests.factories import make_agent, make_article, make_levels, make_policy, make_queue, make_ticket, make_user
from tests.product import Product
from tickets.models import Event, Queue, Suggestion, Ticket, Triage, TriageDecision
from tickets.operations.routing import route
from tickets.triage.assessing import Assessment
from tickets.triage.deciding import decide
from tickets.triage.judging import hear
from tickets.triage.learning.labels import Guess

PASSWORD = "browser-tests-only"


@pytest.fixture(scope="module")
def queue(product: Product) -> Queue:
    """Give a first-level queue."""
    return make_levels(make_policy())[0]


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[Callable[..., Page]]:
    """Give new browsers, logged in or not."""
    contexts = []

    def opened(person: User | None = None) -> Page:
        context = browser.new_context(base_url=product.url, viewport={"width": 1440, "height": 900}, locale="en")
        contexts.append(context)
        page = context.new_page()
        if person is not None:
            page.goto("/account/login/")
            page.fill("input[name=login]", person.email)
            page.fill("input[name=password]", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "login" not in url)
        return page

    yield opened
    for context in contexts:
        context.close()


def sent(agent: Page, ticket: Ticket) -> None:
    """Insert the suggested solution and send it."""
    agent.goto(f"/tickets/{ticket.pk}/")
    agent.locator(".sol form button[type=submit]").first.click()
    expect(agent.locator("[contenteditable]").first).to_contain_text("Software Center")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator(".msg.mine:not(.note)")).to_contain_text("Software Center")


def said(page: Page, ticket: Ticket, helped: str, button: str, text: str = "") -> None:
    """Follow the link of the mail, look, and press a button."""
    attempt = ticket.attempts.get(asked_at__isnull=False)
    address = "/request/" + ticket_link(ticket, ticket.requester).split("/request/")[1]
    page.goto(f"{address}solutions/{attempt.pk}/?helped={helped}")
    assert violations(page) == []
    attempt.refresh_from_db()
    assert attempt.outcome == "open"
    if text:
        page.fill("textarea", text)
    page.get_by_role("button", name=button).click()
    page.wait_for_url(f"**{address}")


def test_yes_moves_the_effectiveness_and_no_brings_the_ticket_back(
    open_page: Callable[..., Page], queue: Queue
) -> None:
    agent = make_agent(queue, password=PASSWORD, language="en")
    text = make_article("VPN-Reparatur")
    helped, failed = (
        make_ticket(queue, requester=make_user(language="en"), subject=subject, now=timezone.now())
        for subject in ("Yes please", "No thanks")
    )
    page, visitor = open_page(agent), open_page()
    for ticket in (helped, failed):
        wait_for(Triage.objects.filter(ticket=ticket).exists, page)
        with transaction.atomic():
            Ticket.objects.locked(ticket.pk).suggestions.all().delete()
            Suggestion.objects.create(ticket=ticket, position=1, text=text, score=1, words=["vpn"])

    sent(page, helped)
    wait_for(lambda: helped.attempts.filter(asked_at__isnull=False).exists(), page)
    said(visitor, helped, "yes", "Yes, it works")
    page.goto("/start/effectiveness/")
    expect(page.locator("tbody")).to_contain_text("1 of 1")
    sent(page, failed)
    wait_for(lambda: failed.attempts.filter(asked_at__isnull=False).exists(), page)
    said(visitor, failed, "no", "Ask a person", "Still error 809")
    page.goto("/start/effectiveness/")
    expect(page.locator("tbody")).to_contain_text("1 of 2")
    page.goto("/tickets/?view=unanswered")

    helped.refresh_from_db()
    failed.refresh_from_db()
    assert (helped.state, failed.state) == ("closed", "open")
    expect(page.locator(".list a.t").first).to_contain_text("No thanks")
    page.goto(f"/tickets/{failed.pk}/")
    expect(page.locator("#talk")).to_contain_text("Still error 809")


def test_from_shadow_over_suggesting_to_acting(open_page: Callable[..., Page], queue: Queue) -> None:
    admin = make_agent(role=User.Role.ADMIN, password=PASSWORD, language="en")
    target = make_queue(is_default=False, name_en="Hardware")
    page = open_page(admin)

    def choose(mode: str) -> None:
        page.goto(f"/settings/queue-modes/{target.pk}/")
        page.select_option("select[name=mode]", mode)
        page.fill("input[name=window]", "5")
        page.locator(".set-main form button[type=submit]").last.click()
        page.wait_for_url("**/settings/modes/")

    def asked() -> Ticket:
        ticket = make_ticket(queue, subject="Printer", now=timezone.now())
        guess = Assessment(1, "en", (), (Guess(str(target.pk), 0.99),))
        with transaction.atomic():
            decide(Ticket.objects.locked(ticket.pk), guess, now=timezone.now(), may_route=True)
        ticket.refresh_from_db()
        return ticket

    def moved_by_hand(ticket: Ticket) -> None:
        route(ticket, to=target, by=admin, now=timezone.now())
        with transaction.atomic():
            hear(Event.objects.filter(ticket=ticket).latest("pk"))

    choose("shadow")
    shadowed = asked()
    choose("suggest")
    suggested = asked()
    choose("act")
    row = page.locator("tr", has_text="Hardware")
    expect(row).to_contain_text("suggests until it may act")
    for ticket in (shadowed, suggested, asked(), asked(), asked()):
        assert ticket.queue == queue
        moved_by_hand(ticket)
    page.goto("/settings/modes/")

    expect(row).to_contain_text("acts")
    expect(row).to_contain_text("5 of 5")
    acted = asked()
    assert acted.queue == target
    modes = TriageDecision.objects.filter(said_queue=target).order_by("pk").values_list("mode", flat=True)
    assert list(modes) == ["shadow", "suggest", "suggest", "suggest", "suggest", "act"]
    page.goto(f"/tickets/{acted.pk}/")
    expect(page.locator("#talk")).to_contain_text("moved by model 1, 99 % sure")
    page.goto("/start/accuracy/")
    expect(page.locator("tbody").first).to_contain_text("5/5")
    assert violations(page) == []


def wait_for(is_so: Callable[[], bool], page: Page) -> None:
    """Wait until something is so in the database: an answer is held for a moment before it leaves."""
    for _ in range(60):
        if is_so():
            return
        page.wait_for_timeout(500)
    raise AssertionError("It never was so.")
