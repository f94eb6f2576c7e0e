"""In the example company a stricter service level is run over its past tickets, and nothing is changed by that."""

import re

from playwright.sync_api import Browser, expect

from helpdesk.demo.company import PASSWORD
from sla.models import Policy
from tests.browser.axe import violations
from tests.product import Product
from tickets.models import Replay


def test_a_stricter_policy_says_how_many_promises_it_would_have_broken(browser: Browser, product: Product) -> None:
    product.manage("load_demo")
    policy = Policy.objects.get(is_default=True)
    context = browser.new_context(base_url=product.url, viewport={"width": 1440, "height": 900}, locale="de")
    page = context.new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", "ingrid.falk@nordlicht.example")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)

    page.goto(f"/settings/policies/{policy.pk}/")
    page.locator("input[name=first_response_2]").fill("30 min")
    page.locator("#replay-months").select_option("12")
    page.locator(".set-replay-ask button").click()

    total = page.locator(".set-replay-sum b")
    expect(total).to_have_text(re.compile(r"^\d+ → \d+$"), timeout=60_000)
    now, then = (int(number) for number in total.inner_text().split(" → "))
    assert then > now > 0
    for caption in ("Nach Zusage", "Nach Priorität", "Nach Queue", "Nach Wochentag"):
        expect(page.locator("#replay")).to_contain_text(caption)
    expect(page.locator("#replay table").last.get_by_role("link").first).to_be_visible()
    assert violations(page) == []
    assert Replay.objects.get().state == Replay.State.DONE
    assert policy.versions.count() == 1
    context.close()
