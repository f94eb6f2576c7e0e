"""
Every screen, for whoever sees it: desktop and phone, light and dark, German and English.

axe finds nothing, nothing has to be scrolled sideways, the browser has nothing to complain about. `SHOTS=folder` keeps a
picture of each.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from helpdesk.demo.company import PASSWORD
from people.models import User
from tests.browser.axe import violations
from tests.product import Product

AGENT, ADMIN, REQUESTER = (f"{name}@nordlicht.example" for name in ("deniz.aydin", "ingrid.falk", "heike.brandt"))
LOOKS = [("de", "light", 1440, 900), ("en", "dark", 1440, 900), ("en", "light", 390, 844), ("de", "dark", 390, 844)]
SCREENS = {
    "": {
        "home": "/", "new-request": "/request/new/", "help": "/help/", "help-found": "/help/?q=vpn", "article": "/help/1/",
        "chat": "/intake/chat/", "login": "/account/login/", "password-reset": "/account/password/reset/",
        "bad-link": "/request/not-a-link/",
    },
    REQUESTER: {
        "own-home": "/", "own-requests": "/requests/", "own-request": "/requests/119/", "own-preferences": "/people/preferences/",
    },
    AGENT: {
        "effectiveness": "/start/effectiveness/", "comparing-articles": "/start/effectiveness/comparison/?one=1&other=2",
        "start": "/start/", "overview": "/start/overview/", "list": "/tickets/", "found": "/tickets/?q=vpn", "narrowed": "/tickets/?view=open&kind=request&category=1",
        "ticket": "/tickets/120/", "escalated": "/tickets/125/", "escalation": "/tickets/120/escalation/", "offered-list": "/tickets/?view=offered",
        "clocks": "/tickets/120/clocks/", "lead-call": "/tickets/120/lead-call/", "handovers": "/start/handovers/",
        "knowledge": "/knowledge/", "reading": "/knowledge/1/", "editing": "/knowledge/1/de/edit/",
        "knowledge-mine": "/knowledge/?view=mine", "side-by-side": "/knowledge/6/en/comparison/", "own-review": "/knowledge/42/",
        "history": "/knowledge/1/de/history/", "new-article": "/knowledge/new/", "call": "/intake/calls/new/",
        "away": "/tickets/away/", "on-call": "/tickets/on-call/", "call-back": "/tickets/120/callback/",
        "gaps": "/tickets/gaps/", "searches": "/knowledge/searches/", "exchange": "/knowledge/exchange/",
        "tried-on": "/tickets/of-article/1/",
        "chats": "/intake/chats/", "notices": "/mail/notices/", "preferences": "/people/preferences/",
    },
    ADMIN: {
        "review": "/knowledge/42/", "scheduled": "/knowledge/43/", "second-level": "/knowledge/45/", "to-check": "/knowledge/?view=check",
        "to-review": "/knowledge/?view=review", "proposal": "/knowledge/35/proposals/1/", "proposing": "/knowledge/35/de/edit/",
        "shelves": "/knowledge/categories/", "shelf": "/knowledge/categories/1/", "new-shelf": "/knowledge/categories/new/",
        "rights": "/knowledge/rights/",
        "words": "/settings/words/", "synonyms": "/settings/words/1/", "upload": "/knowledge/exchange/",
        "settings": "/settings/", "queues": "/settings/queues/", "queue": "/settings/queues/1/", "contract": "/settings/queues/3/contracts/1/", "new-contract": "/settings/queues/3/contracts/new/",
        "returning": "/tickets/125/handover/return/", "giving-back": "/tickets/125/handover/result/", "called-list": "/tickets/?view=called",
        "offered": "/tickets/?view=offered", "rules": "/settings/rules/",
        "rule": "/settings/rules/1/", "calendars": "/settings/calendars/", "calendar": "/settings/calendars/1/",
        "calendar-holidays": "/settings/calendars/1/holidays/?country=DE&subdivision=HH", "calendar-import": "/settings/calendars/1/import/",
        "calendar-year": "/settings/calendars/1/year/?year=2026", "calendar-history": "/settings/calendars/1/revisions/",
        "calendar-trial": "/settings/calendars/1/trial/?start=2026-11-27T16:00&length=4+h",
        "deadlines": "/settings/deadlines/", "policies": "/settings/policies/", "policy": "/settings/policies/1/", "new-policy": "/settings/policies/new/",
        "policy-versions": "/settings/policies/1/versions/", "policy-trial": "/settings/policies/trial/?moment=2026-11-27T16:30&priority=4", "mailboxes": "/settings/mailboxes/",
        "new-mailbox": "/settings/mailboxes/new/", "grants": "/settings/grants/", "new-grant": "/settings/grants/new/",
        "organisations": "/settings/organisations/", "organisation": "/settings/organisations/1/",
        "new-organisation": "/settings/organisations/new/", "people": "/settings/people/", "person": "/settings/people/1/",
        "mail-rules": "/settings/mail-rules/", "new-mail-rule": "/settings/mail-rules/new/",
        "mail-rule-trial": "/settings/mail-rules/trial/", "blocks": "/settings/blocks/", "triage": "/settings/triage/", "phrases": "/settings/triage/phrases/",
        "incidents": "/tickets/incidents/", "new-incident": "/tickets/incidents/new/",
        "questionnaires": "/settings/questionnaires/", "questionnaire": "/settings/questionnaires/1/",
        "new-questionnaire": "/settings/questionnaires/new/", "triage-modes": "/settings/modes/",
        "triage-queue": "/settings/queue-modes/1/", "triage-answers": "/settings/answer-modes/0/", "accuracy": "/start/accuracy/",
        "rotas": "/settings/rotas/", "rota": "/settings/rotas/1/", "new-rota": "/settings/rotas/new/",
        "audit": "/settings/audit/", "arrivals": "/intake/arrivals/", "spam": "/intake/spam/",
    },
}  # fmt: skip


TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth + 1 ? [] :
    [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 150)).slice(-3)"""


@pytest.fixture(scope="module")
def company(product: Product) -> Product:
    """Give a product with the example company in it."""
    product.manage("load_demo")
    return product


@pytest.fixture
def page_of(browser: Browser, company: Product, who: str, look: tuple[str, str, int, int]) -> Iterator[Page]:
    """Give somebody's page in one of the looks."""
    language, theme, width, height = look
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, locale=language, base_url=company.url
    )
    page = context.new_page()
    if who:
        User.objects.filter(email=who).update(language=language)
        page.goto("/account/login/")
        page.fill("input[name=login]", who)
        page.fill("input[name=password]", PASSWORD)
        page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/account/login/" not in url)
    yield page
    context.close()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{look[1]}-{look[2]}")
@pytest.mark.parametrize("who", SCREENS, ids=lambda who: who.partition("@")[0] or "anybody")
def test_every_screen_is_accessible_and_fits(page_of: Page, who: str, look: tuple[str, str, int, int]) -> None:
    language, theme, width, _ = look
    complaints: list[str] = []
    page_of.on("console", lambda entry: complaints.append(entry.text) if entry.type == "error" else None)
    wrong: dict[str, list[str]] = {}

    # Each screen in two looks, which differ in language and width; in all four when pictures are taken.
    screens = [
        one
        for number, one in enumerate(SCREENS[who].items())
        if "SHOTS" in os.environ or number % 2 == LOOKS.index(look) % 2
    ]
    for name, path in screens:
        complaints.clear()
        response = page_of.goto(path, wait_until="load")
        page_of.wait_for_timeout(150)
        assert response is not None
        found = violations(page_of)
        if too_wide := page_of.evaluate(TOO_WIDE):
            found.append(f"has to be scrolled sideways because of {too_wide}")
        if page_of.evaluate("document.documentElement.lang") != language:
            found.append("is not in the language asked for")
        if page_of.locator("h1").count() != 1 and page_of.locator("h1:visible").count() != 1:
            found.append(f"has {page_of.locator('h1').count()} headings of the first order")
        wanted = 404 if name == "bad-link" else 200
        if response.status != wanted:
            found.append(f"answers {response.status}")
        found += [text for text in complaints if "404" not in text]
        if found:
            wrong[name] = found
        if folder := os.environ.get("SHOTS"):
            page_of.screenshot(path=Path(folder) / f"{name}-{language}-{theme}-{width}.png")

    assert wrong == {}
