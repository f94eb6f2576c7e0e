"""A service level is written: its sentences follow each key, conditions and steps come and go, and nothing typed is lost."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from people.models import User
from sla.models import Policy
from tests.browser.axe import violations
from tests.factories import make_agent, make_levels, make_policy
from tests.product import Product

PASSWORD = "browser-tests-only"


@pytest.fixture(scope="module")
def world(product: Product) -> Product:
    make_levels(make_policy())
    make_agent(role=User.Role.ADMIN, name="Ada Admin", email="ada@helpdesk.example", password=PASSWORD, language="en")
    return product


@pytest.fixture
def page(browser: Browser, world: Product) -> Iterator[Page]:
    """Log the administrator in."""
    context = browser.new_context(base_url=world.url, viewport={"width": 1440, "height": 900}, locale="en")
    page = context.new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", "ada@helpdesk.example")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    yield page
    context.close()


def test_a_policy_is_written_from_nothing(page: Page) -> None:
    page.goto("/settings/policies/new/")
    page.fill("[name=name]", "Urgent")
    page.select_option("[name=calendar]", index=1)
    page.fill("[name=first_response_4]", "15 min")
    expect(page.locator("#promises")).to_contain_text("must be answered by Friday 16:45.")

    page.select_option("#c-new", label="Priority")
    page.get_by_role("button", name="Add a condition").first.click()
    condition = page.locator("#conditions").get_by_role("group", name="Condition 1: Priority")
    expect(condition).to_be_visible()
    expect(page.locator("#c-add")).to_be_focused()
    condition.get_by_label("critical").check()
    steps = page.locator(".set-step")
    begun_with = steps.count()
    page.get_by_role("button", name="Add a step").click()
    expect(steps).to_have_count(begun_with + 1)
    added = steps.last
    added.get_by_label("Working time").fill("10 min")
    added.get_by_label("lead of the queue").check()
    added.get_by_role("button", name="up").press("Enter")
    expect(steps.nth(begun_with - 1).get_by_label("Working time")).to_have_value("10 min")
    expect(steps.nth(begun_with - 1).get_by_role("button", name="up")).to_be_focused()
    steps.last.get_by_role("button", name="Remove step").click()
    expect(steps).to_have_count(begun_with)
    _look(page, "editor")
    assert violations(page) == []
    assert page.input_value("[name=first_response_4]") == "15 min"
    expect(condition.get_by_label("critical")).to_be_checked()

    page.locator("[name=name]").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Urgent")
    version = Policy.objects.get(name="Urgent").versions.get()
    assert version.conditions == [{"field": "priority", "op": "in", "values": [4]}]
    assert version.targets.get(priority=4).first_response_minutes == 15
    assert version.steps.last().actions == [{"do": "notify", "whom": ["queue_lead"]}]


def test_what_cannot_be_promised_is_said_at_its_place(page: Page) -> None:
    page.goto("/settings/policies/new/")
    page.fill("[name=name]", "Never")
    page.select_option("[name=calendar]", index=1)
    page.fill("[name=first_response_4]", "4 h")
    page.fill("[name=resolution_4]", "soon")
    begun_with = page.locator(".set-step").count()
    page.get_by_role("button", name="Add a step").click()
    expect(page.locator(".set-step")).to_have_count(begun_with + 1)
    page.locator(".set-step").last.get_by_label("Working time").fill("1 h")

    page.get_by_role("button", name="Save").click()

    expect(page.locator("[name=resolution_4]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".set-step").last).to_contain_text("Choose at least one thing that happens.")
    assert page.input_value("[name=resolution_4]") == "soon"
    _look(page, "refused")
    assert violations(page) == []
    assert not Policy.objects.filter(name="Never").exists()


def _look(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        for width, height in ((1440, 2600), (390, 5200)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(300)
            page.screenshot(path=Path(folder) / f"policy-{name}-{width}.png")
        page.set_viewport_size({"width": 1440, "height": 900})
