"""What is solved again and again without an article is offered at night, and one click begins its article."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from helpdesk.local.children import wait_until
from knowledgebase.models import Article
from people.models import User
from tests.browser.axe import violations
from tests.factories import make_agent, make_levels, make_policy, make_ticket, make_user
from tests.product import Product
from tickets.gaps.finding import find
from tickets.models import Gap, GapNight
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve

PASSWORD = "browser-tests-only"
ASKED = [
    ("Plotter zieht Papier schief ein", "Hallo, der Plotter im Erdgeschoss zieht das Papier schief ein.\n\nViele Grüße\nHeike Brandt"),
    ("Papier im Plotter schief", "Unser Plotter zieht die Rolle schief ein, das Papier wird verknittert. Tel. 040 1234567"),
    ("Plotter verknittert Papier", "Beim Einziehen verknittert der Plotter das Papier, alles ist schief."),
]  # fmt: skip


@pytest.fixture
def agent(product: Product) -> User:
    """Give an agent who has solved the same thing three times."""
    now = timezone.now() - timedelta(hours=3)
    first, _ = make_levels(make_policy())
    agent = make_agent(first, name="Lena Brandt", email="lena@helpdesk.example", password=PASSWORD, language="en")
    for number, (subject, text) in enumerate(ASKED):
        ticket = make_ticket(
            first, requester=make_user(name=f"Heike Brandt{number}"), subject=subject, text=text, now=now
        )
        answer = (
            "Hallo Frau Brandt,\n\n1. Rollenbremse lösen\n2. Papier gerade einlegen\n\nMit freundlichen Grüßen\nLena"
        )
        reply(ticket, text=answer, by=agent, now=now + timedelta(minutes=10))
        resolve(ticket, solution="Rollenbremse lösen", by=agent, now=now + timedelta(minutes=30))
    return agent


@pytest.fixture
def page(browser: Browser, product: Product, agent: User) -> Iterator[Page]:
    """Log the agent in."""
    context = browser.new_context(base_url=product.url, viewport={"width": 1440, "height": 900}, locale="en")
    page = context.new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", agent.email)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    yield page
    context.close()


def test_the_gap_list_offers_the_missing_article_and_one_click_makes_the_draft(
    page: Page, agent: User, product: Product
) -> None:
    GapNight.objects.all().delete()
    if timezone.localtime().hour >= 1:
        product.manage("shell", "-c", "from tickets.tasks import find_gaps; find_gaps.delay()")
        assert wait_until(lambda: GapNight.objects.filter(done_at__isnull=False).exists(), within=30, pause=0.2)
    else:
        find(timezone.now())

    page.goto("/knowledge/")
    page.get_by_role("link", name="Gaps").click()
    expect(page.locator("h2", has_text="Plotter")).to_be_visible()
    expect(page.get_by_text("3 tickets")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Write the article").click()

    expect(page.get_by_role("heading", name="Check what was masked")).to_be_visible()
    expect(page.locator("mark.mask").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Go on writing").click()
    expect(page.locator("[name=steps]")).to_have_value("1. Rollenbremse lösen\n2. Papier gerade einlegen")

    gap = Gap.objects.get()
    assert (gap.state, gap.article) == ("drafted", Article.objects.get())
    assert gap.article is not None
    assert gap.article.owner == agent
    page.goto("/tickets/gaps/?state=drafted")
    page.get_by_role("link", name="To the article").click()
    expect(page.get_by_text("Written out of")).to_be_visible()
