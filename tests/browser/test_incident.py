"""A burst of mails becomes a major incident, with banner, “me too”, one update, and a question in the end."""

import time
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect

from notifications.models import Delivery
from people.models import User
from tests.factories import make_agent, make_levels, make_policy, make_user
from tests.product import Product
from tickets.models import Affected, Burst, Incident, Message, Ticket

PASSWORD = "browser-tests-only"


@pytest.fixture(scope="module")
def world(product: Product) -> Product:
    """Send ten mails of eight people about one thing."""
    make_levels(make_policy())
    make_agent(role=User.Role.LEAD, name="Lea Lead", email="lea@helpdesk.example", password=PASSWORD, language="en")
    make_user("nina@kunde.example", name="Nina Nachbar", password=PASSWORD, language="de")
    for number in range(10):
        mail = EmailMessage()
        mail["From"], mail["To"] = f"person{number % 8}@kunde.example", "it@helpdesk.example"
        mail["Subject"], mail["Message-ID"] = "Zeiterfassung meldet Serverfehler", f"<{number}@kunde.example>"
        mail.set_content(f"Guten Tag, die Zeiterfassung zeigt seit heute nur noch einen Serverfehler. Nummer {number}.")
        product.manage("receive_mail", stdin=mail.as_bytes())
    return product


def login(browser: Browser, product: Product, email: str, locale: str) -> Page:
    page = browser.new_context(base_url=product.url, locale=locale).new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/account/login/" not in url)
    return page


def until(condition: object, within: float = 30) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.3)
    return False


def test_from_ten_mails_to_the_last_question(browser: Browser, world: Product) -> None:
    assert Ticket.objects.count() == 10
    assert until(lambda: Burst.objects.filter(tickets__isnull=False).count() == 10, within=150), world.logs()
    lead = login(browser, world, "lea@helpdesk.example", "en")

    lead.goto("/tickets/incidents/")
    lead.get_by_role("link", name="Zeiterfassung").click()
    expect(lead.locator("main")).to_contain_text("8 people wrote about this")
    lead.fill("[name=title_de]", "Zeiterfassung gestört")
    lead.fill("[name=title_en]", "Time recording is down")
    lead.fill("[name=banner_de]", "Wir arbeiten daran.")
    lead.get_by_role("button", name="Confirm the incident").click()
    expect(lead.locator("h1")).to_have_text("Time recording is down")
    assert Incident.objects.get().children.count() == 10

    nina = login(browser, world, "nina@kunde.example", "de")
    nina.goto("/request/new/")
    banner = nina.locator(".incident-banner")
    expect(banner).to_contain_text("Zeiterfassung gestört")
    expect(banner).to_contain_text("Wir arbeiten daran.")
    banner.get_by_role("button").click()
    expect(nina.locator(".incident-banner button")).to_have_count(0)
    assert Affected.objects.filter(person__email="nina@kunde.example", way="me_too").count() == 1
    assert Ticket.objects.filter(requester__email="nina@kunde.example").count() == 0

    lead.fill("[name=text_de]", "Ein Ersatzserver läuft.")
    lead.fill("[name=text_en]", "A spare server is up.")
    lead.get_by_role("button", name="Send the update").click()
    expect(lead.locator("main")).to_contain_text("A spare server is up.")
    assert until(lambda: Message.objects.filter(text="Ein Ersatzserver läuft.").count() == 8), world.logs()
    assert until(lambda: Delivery.objects.filter(event__kind="informed").count() == 1)
    assert Delivery.objects.get(event__kind="informed").recipient.email == "nina@kunde.example"

    lead.fill("[name=text_de]", "Die Zeiterfassung geht wieder.")
    lead.fill("[name=text_en]", "Time recording works again.")
    lead.get_by_role("button", name="It is solved: ask everybody").click()
    expect(lead.locator(".page-h")).to_contain_text("over")
    assert until(lambda: not Ticket.objects.open().exists()), world.logs()
    assert until(lambda: Delivery.objects.filter(event__kind="resolved", medium="mail").count() == 8)
    nina.goto("/")
    expect(nina.locator(".incident-banner")).to_have_count(0)
