"""A hand-over in the browser: refused for what is missing, returned with a reason, offered again, accepted."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from people.models import User
from tests.browser.axe import violations
from tests.browser.stillness import wait_until_still
from tests.factories import make_agent, make_contract, make_levels, make_policy, make_ticket
from tests.product import Product
from tickets.models import Draft, Queue, Ticket

PASSWORD = "browser-tests-only"


@pytest.fixture(scope="module")
def levels(product: Product) -> tuple[Queue, Queue]:
    """Give a first-level queue and the second level, which wants to know the environment and the question."""
    first, second = make_levels(make_policy())
    make_contract(second, "environment", "question", hint_en="Name the device, please.")
    return first, second


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[Callable[..., Page]]:
    """Give new browsers, logged in, with or without scripts."""
    contexts = []

    def opened(person: User, *, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=product.url, viewport={"width": 1440, "height": 900}, locale="en", java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.goto("/account/login/")
        page.fill("input[name=login]", person.email)
        page.fill("input[name=password]", PASSWORD)
        page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        page.wait_for_url(lambda url: "login" not in url)
        return page

    yield opened
    for context in contexts:
        context.close()


def test_a_hand_over_is_refused_returned_offered_again_and_accepted(
    open_page: Callable[..., Page], levels: tuple[Queue, Queue]
) -> None:
    first, second = levels
    anna = make_agent(first, password=PASSWORD, language="en", name="Anna First")
    zoe = make_agent(second, password=PASSWORD, language="en", name="Zoe Second")
    ticket = make_ticket(first, subject="VPN steht", now=timezone.now())
    agent = open_page(anna)

    # Something is missing: it says what, before and after sending.
    agent.goto(f"/tickets/{ticket.pk}/")
    agent.locator("#head a[href$='/escalation/']").first.click()
    dialog = agent.locator("dialog[open]")
    state = dialog.locator("#handover-state")
    expect(state).to_contain_text("Name the device, please.")
    expect(state).to_contain_text("Still missing: Environment, Question")
    wait_until_still(agent)
    before = state.bounding_box()
    dialog.locator("[name=environment]").fill("NB-4711, Windows 11")
    expect(state).to_contain_text("Still missing: Question")
    wait_until_still(agent)
    after = state.bounding_box()
    assert before is not None
    assert after is not None
    assert {side: round(size) for side, size in after.items()} == {side: round(size) for side, size in before.items()}
    dialog.locator("[name=reason]").select_option("no_rights")
    dialog.locator("[name=question]").fill("n/a")
    assert violations(agent) == []
    dialog.get_by_role("button", name="Hand over").click()
    expect(agent.locator("dialog[open] .wrong")).to_contain_text("needs this")
    ticket.refresh_from_db()
    assert (ticket.queue, ticket.hops) == (first, 0)

    # Closed and opened again, nothing is lost.
    agent.reload()
    agent.locator("#head a[href$='/escalation/']").first.click()
    dialog = agent.locator("dialog[open]")
    expect(dialog.locator("[name=environment]")).to_have_value("NB-4711, Windows 11")
    expect(dialog.locator("[name=reason]")).to_have_value("no_rights")
    dialog.locator("[name=question]").fill("Is port 500 open?")
    expect(dialog.locator("#handover-state")).to_contain_text("Nothing is missing")
    dialog.get_by_role("button", name="Hand over").click()
    expect(agent.locator("#handover")).to_contain_text("Offered to")
    expect(agent.locator("#handover").get_by_role("button", name="Withdraw")).to_be_visible()
    assert not Draft.objects.filter(ticket=ticket).exists()

    # The second level returns it with a reason.
    specialist = open_page(zoe)
    specialist.goto("/tickets/?view=offered")
    expect(specialist.locator("#views")).to_contain_text("Offered to us 1")
    specialist.locator(f"#row-{ticket.pk} a").click()
    card = specialist.locator("#handover")
    expect(card).to_contain_text("Is port 500 open?")
    card.get_by_role("link", name="Return").click()
    dialog = specialist.locator("dialog[open]")
    dialog.locator("[name=reason]").select_option("incomplete")
    dialog.locator("[name=words]").fill("By cable or by Wi-Fi?")
    assert violations(specialist) == []
    dialog.get_by_role("button", name="Return").click()
    specialist.wait_for_url("**/tickets/?**")

    # First level reads why, adds it, and offers again.
    agent.goto(f"/tickets/{ticket.pk}/")
    expect(agent.locator("#handover")).to_contain_text("By cable or by Wi-Fi?")
    agent.locator("#handover").get_by_role("link", name="Hand over again").click()
    dialog = agent.locator("dialog[open]")
    dialog.locator("[name=reason]").select_option("no_rights")
    dialog.locator("[name=environment]").fill("NB-4711, Windows 11, by cable")
    dialog.locator("[name=question]").fill("Is port 500 open?")
    dialog.get_by_role("button", name="Hand over").click()
    expect(agent.locator("#handover")).to_contain_text("Offered to")

    # Now it is accepted.
    specialist.goto(f"/tickets/{ticket.pk}/")
    expect(specialist.locator("#handover")).to_contain_text("by cable")
    specialist.locator("#handover").get_by_role("button", name="Accept").click()
    expect(specialist.locator("#handover")).to_contain_text("accepted by Zoe Second")
    assert violations(specialist) == []
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.queue, ticket.assignee, ticket.case_owner) == (second, zoe, anna)
    assert (ticket.hops, ticket.returns) == (2, 1)


def test_it_works_without_scripts(open_page: Callable[..., Page], levels: tuple[Queue, Queue]) -> None:
    first, second = levels
    anna = make_agent(first, password=PASSWORD, language="en")
    ticket = make_ticket(first, subject="Drucker steht", now=timezone.now())
    agent = open_page(anna, scripts=False)

    agent.goto(f"/tickets/{ticket.pk}/escalation/")
    agent.locator("[name=reason]").select_option("on_site")
    agent.locator("[name=environment]").fill("3rd floor")
    agent.get_by_role("button", name="Hand over").click()
    expect(agent.locator(".wrong")).to_contain_text("needs this")
    expect(agent.locator("[name=environment]")).to_have_value("3rd floor")
    agent.locator("[name=question]").fill("Who has the key?")
    agent.get_by_role("button", name="Hand over").click()
    agent.wait_for_url(f"**/tickets/{ticket.pk}/**")

    expect(agent.locator("#handover")).to_contain_text("Who has the key?")
    ticket.refresh_from_db()
    assert ticket.queue == second
