"""Before a stricter policy is saved its page shows which tickets of the past it would have missed, and each says why."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from people.models import User
from sla.models import Policy, PolicyVersion
from tests.browser.axe import violations
from tests.factories import make_agent, make_levels, make_policy, make_ticket
from tests.product import Product
from tickets.operations import holding, prioritising
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve

PASSWORD = "browser-tests-only"


@pytest.fixture
def policy(product: Product) -> Policy:
    """Give a policy under which a week of tickets was answered in time."""
    policy = make_policy(first_response=60, resolution=480)
    first, _second = make_levels(policy)
    agent = make_agent(first)
    for number in range(6):
        begun = timezone.now() - timedelta(days=number + 1)
        ticket = make_ticket(first, now=begun, subject=f"VPN {number}")
        reply(ticket, text="Aha", by=agent, now=begun + timedelta(minutes=20 + 5 * number))
        if number:
            resolve(ticket, solution="So", by=agent, now=begun + timedelta(minutes=100 + 40 * number))
        else:
            holding.hold(ticket, state="pending_customer", by=agent, now=begun + timedelta(minutes=30))
            holding.resume(ticket, by=agent, now=begun + timedelta(hours=20))
            prioritising.prioritise(ticket, by=agent, now=begun + timedelta(hours=21), priority=4)
    make_agent(role=User.Role.ADMIN, name="Ada Admin", email="ada@helpdesk.example", password=PASSWORD, language="en")
    return policy


@pytest.fixture
def page(browser: Browser, product: Product, policy: Policy) -> Iterator[Page]:
    """Log the administrator in."""
    context = browser.new_context(base_url=product.url, viewport={"width": 1440, "height": 900}, locale="en")
    page = context.new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", "ada@helpdesk.example")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    yield page
    context.close()


def test_a_stricter_policy_shows_what_it_would_have_missed_before_it_is_saved(page: Page, policy: Policy) -> None:
    page.goto(f"/settings/policies/{policy.pk}/")
    page.locator("input[name=first_response_2]").fill("30 min")
    page.locator("#replay-months").select_option("1")
    page.get_by_role("button", name="Show").click()

    expect(page.locator(".set-replay-sum b")).to_have_text("0 → 4", timeout=30_000)
    expect(page.locator("#replay caption")).to_contain_text("4 tickets would have gone differently")
    _look(page, "replay")
    assert violations(page) == []
    assert PolicyVersion.objects.filter(policy=policy).count() == 1

    page.locator("#replay table").last.get_by_role("link", name="VPN 3").click()
    page.locator(".panel").get_by_role("link", name="First response").click()

    dialog = page.locator("dialog.clock-sheet")
    expect(dialog).to_contain_text("that is 1 h of working time after")
    _look(page, "clock-dialog")
    assert violations(page) == []
    dialog.get_by_role("link", name="All promises").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Promises")
    _look(page, "clocks")
    assert violations(page) == []


def _look(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.wait_for_timeout(300)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=Path(folder) / f"{name}-390.png")
        page.set_viewport_size({"width": 1440, "height": 900})
