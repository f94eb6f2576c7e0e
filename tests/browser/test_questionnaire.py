"""A questionnaire from the editor through the portal's form to the facts on the ticket."""

import pytest
from playwright.sync_api import Browser, Page, expect

from people.models import User
from tests.factories import make_agent, make_levels, make_policy, make_user
from tests.product import Product
from tickets.models import Questionnaire, Ticket

PASSWORD = "browser-tests-only"


@pytest.fixture(scope="module")
def world(product: Product) -> Product:
    first, _ = make_levels(make_policy())
    make_agent(role=User.Role.ADMIN, name="Ada Admin", email="ada@helpdesk.example", password=PASSWORD, language="en")
    make_agent(first, name="Lena Brandt", email="lena@helpdesk.example", password=PASSWORD, language="en")
    make_user("rita@kunde.example", name="Rita Muster", password=PASSWORD, language="en")
    return product


def login(browser: Browser, product: Product, email: str) -> Page:
    page = browser.new_context(base_url=product.url, locale="en").new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/account/login/" not in url)
    return page


def test_from_the_editor_to_the_facts(browser: Browser, world: Product) -> None:
    admin = login(browser, world, "ada@helpdesk.example")
    admin.goto("/settings/questionnaires/new/")
    admin.get_by_role("button", name="Add a question").click()
    expect(admin.locator("[name=n0-de]")).to_be_visible()
    admin.fill("[name=name_de]", "Drucker")
    admin.fill("[name=name_en]", "Printer")
    admin.fill("[name=n0-de]", "Was passiert?")
    admin.fill("[name=n0-en]", "What happens?")
    admin.select_option("[name=n0-kind]", "choice")
    admin.fill("[name=n0-options]", "Papierstau | paper jam\nblass | pale")
    admin.check("[name=n0-is_required]")
    admin.get_by_role("button", name="Add a question").click()
    admin.fill("[name=n1-de]", "In welchem Fach?")
    admin.fill("[name=n1-en]", "In which tray?")
    admin.locator("summary", has_text="Help text and condition").nth(1).click()
    admin.select_option("[name=n1-only_if]", label="Papierstau")
    admin.locator("[name=n1-en]").blur()
    expect(admin.locator("#preview")).to_contain_text("These questions can be published.")
    expect(admin.locator("#preview")).to_contain_text("What happens?")
    expect(admin.locator("#preview")).not_to_contain_text("In which tray?")
    admin.locator("#preview").get_by_label("paper jam").first.check()
    expect(admin.locator("#preview")).to_contain_text("In which tray?")
    admin.get_by_role("button", name="Save and publish").click()
    expect(admin.locator("h1")).to_have_text("Printer")
    assert Questionnaire.objects.get().versions.get().number == 1

    rita = login(browser, world, "rita@kunde.example")
    rita.goto("/request/new/")
    rita.fill("[name=subject]", "Printer 214")
    rita.fill("[name=text]", "It does nothing.")
    rita.select_option("#topic", label="Printer")
    expect(rita.get_by_text("What happens?")).to_be_visible()
    rita.get_by_label("paper jam").check()
    tray = rita.get_by_label("In which tray?")
    expect(tray).to_be_visible()
    tray.fill("Number 2")
    rita.get_by_label("pale").check()
    expect(tray).to_have_count(0)
    rita.get_by_label("paper jam").check()
    expect(tray).to_be_visible()
    tray.fill("Number 2")
    expect(rita.locator("[name=subject]")).to_have_value("Printer 214")
    rita.get_by_role("button", name="Send to the helpdesk").click()
    rita.wait_for_url("**/requests/*/")

    ticket = Ticket.objects.get()
    agent = login(browser, world, "lena@helpdesk.example")
    agent.goto(f"/tickets/{ticket.pk}/")
    facts = agent.locator("#facts")
    expect(facts).to_contain_text("paper jam")
    expect(facts).to_contain_text("Number 2")
    facts.get_by_role("button", name="still had to ask").nth(1).click()
    expect(facts.get_by_role("button", name="still had to ask").nth(1)).to_have_attribute("aria-pressed", "true")
    assert ticket.interview.answers.get(position=2).still_asked == "agent"
