"""A deadline passes at night: the clock hands the ticket to the second level and to whoever is on call there."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from helpdesk.local.children import wait_until
from sla.operations.policies import Step
from tests.factories import make_agent, make_levels, make_policy, make_rota, make_ticket
from tests.product import Product
from tickets.models import Clock, EscalationFire, Ticket
from tickets.operations.assigning import take

PASSWORD = "browser-tests-only"
STEPS = (
    Step("first_response", -10, ({"do": "notify", "whom": ["assignee"]},)),
    Step(
        "first_response",
        0,
        (
            {"do": "raise_priority"},
            {"do": "move"},
            {"do": "assign_on_call"},
            {"do": "notify", "whom": ["on_call"]},
            {"do": "call_lead"},
            {"do": "tell_requester", "text_de": "Wir sind dran, es dauert länger.", "text_en": "It takes longer."},
        ),
    ),
)


@pytest.fixture
def ticket(product: Product) -> Ticket:
    """Give a first-level ticket whose first response was due a minute ago, though somebody has it."""
    first, second = make_levels(make_policy(30, 480, steps=STEPS))
    day = make_agent(first, name="Tom Tag", email="tom@helpdesk.example", password=PASSWORD, language="en")
    night = make_agent(second, name="Nina Nacht", email="nina@helpdesk.example", password=PASSWORD, language="en")
    make_agent(second, name="Otto Ohne", email="otto@helpdesk.example")
    make_rota(second, night, name="Nights", first_day=timezone.localdate() - timedelta(days=1))
    ticket = make_ticket(first, subject="Server antwortet nicht", now=timezone.now() - timedelta(minutes=31))
    return take(ticket, by=day, now=timezone.now())


def test_the_clock_gives_it_to_whoever_is_on_call(browser: Browser, product: Product, ticket: Ticket) -> None:
    product.manage("shell", "-c", "from tickets.tasks import fire_due_clocks; fire_due_clocks.delay()")
    assert wait_until(lambda: EscalationFire.objects.count() == 2, within=60, pause=0.3), product.logs()

    page = browser.new_context(base_url=product.url, locale="en", viewport={"width": 1440, "height": 900}).new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", "nina@helpdesk.example")
    page.fill("input[name=password]", PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/account/login/" not in url)
    page.goto("/tickets/?view=mine")
    page.get_by_role("link", name="Server antwortet nicht").first.click()

    expect(page.locator("#head")).to_contain_text("Nina Nacht")
    expect(page.locator("#head")).to_contain_text("High")
    expect(page.locator("#head")).to_contain_text("lead called")
    expect(page.locator("#talk")).to_contain_text("Wir sind dran, es dauert länger.")
    ticket.refresh_from_db()
    assert ticket.assignee is not None
    assert (ticket.assignee.name, ticket.queue.tier, ticket.case_owner.name) == ("Nina Nacht", 2, "Tom Tag")  # type: ignore[union-attr]
    assert [fire.outcome for fire in EscalationFire.objects.order_by("due_at")][1][2] == {
        "do": "assign_on_call", "to": ticket.assignee.pk,
    }  # fmt: skip
    assert ticket.clocks.get(metric="first_response", state=Clock.State.BREACHED).breached_at is not None
