"""The life of an article in a real browser: written, sent back, published by the clock, outrun by its original, restored."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from helpdesk.local.children import wait_until
from knowledgebase.models import Article, ArticleText, Category, Picture
from knowledgebase.operations import Content, propose
from people.models import User
from tests.browser.axe import violations
from tests.factories import make_agent, make_article
from tests.product import Product

PASSWORD = "browser-tests-only"
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PASTED = re.compile(r"!\[fenster\.png\]\(/knowledge/attachments/[0-9a-f-]{36}/\)")
PASTE = """([id, base64]) => {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "fenster.png", { type: "image/png" }));
    document.getElementById(id).dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}"""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def author(product: Product) -> User:
    return make_agent(email="lena@helpdesk.example", name="Lena Autorin", password=PASSWORD, language="en")


@pytest.fixture(scope="module")
def lead(product: Product) -> User:
    return make_agent(
        email="jonas@helpdesk.example", name="Jonas Prüfer", password=PASSWORD, language="en", role=User.Role.LEAD
    )


@pytest.fixture(scope="module")
def reviewed(product: Product) -> Category:
    return Category.objects.create(key="security", name_de="Sicherheit", name_en="Security", needs_review=True)


@pytest.fixture
def at(browser: Browser, product: Product) -> Iterator[Open]:
    """Log somebody in and open an address."""
    contexts = []

    def open_page(who: User | None, path: str, **look: object) -> Page:
        context = browser.new_context(base_url=product.url, locale="en", **look)
        contexts.append(context)
        page = context.new_page()
        if who is not None:
            page.goto("/account/login/")
            page.fill("input[name=login]", who.email)
            page.fill("input[name=password]", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "login" not in url)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_the_life_of_an_article(at: Open, author: User, lead: User, reviewed: Category) -> None:
    writer = at(author, "/knowledge/new/?language=de")
    writer.select_option("select[name=kind]", "faq")
    expect(writer.locator("textarea[name=cause]")).to_be_hidden()
    expect(writer.locator("label[for=id_steps]")).to_contain_text("Answer")
    writer.select_option("select[name=kind]", "known_error")
    expect(writer.locator("textarea[name=cause]")).to_be_visible()
    writer.fill("input[name=title]", "Fremder USB-Stick")
    writer.fill("textarea[name=steps]", "1. Nicht einstecken")
    writer.select_option("select[name=category]", label="Security")
    writer.evaluate(PASTE, ["id_steps", PICTURE])
    expect(writer.locator("textarea[name=steps]")).to_have_value(PASTED)
    assert violations(writer) == []
    writer.get_by_role("button", name="Save draft").click()
    expect(writer.locator(".kb-steps img")).to_be_visible()
    expect(writer.locator(".kb-steps img")).to_have_js_property("naturalWidth", 1)
    article = Article.objects.get()
    assert Picture.objects.get().article == article

    soon = timezone.localtime() + timedelta(minutes=2)
    writer.fill("textarea[name=comment]", "Bitte lesen")
    writer.fill("input[name=publish_at]", soon.strftime("%Y-%m-%dT%H:%M"))
    writer.get_by_role("button", name="Give to review").click()
    expect(writer.locator(".kb-meta")).to_contain_text("In review")

    reader = at(lead, "/mail/notices/")
    reader.get_by_role("link", name="Fremder USB-Stick").click()
    expect(reader.locator(".kb-callout").first).to_contain_text("Bitte lesen")
    reader.fill("textarea[name=comment]", "Wohin damit?")
    reader.get_by_role("button", name="Send back").click()

    writer.goto(f"/knowledge/{article.pk}/")
    expect(writer.locator(".kb-callout").first).to_contain_text("Wohin damit?")
    writer.get_by_role("link", name="Edit").click()
    steps = writer.input_value("textarea[name=steps]")
    writer.fill("textarea[name=steps]", steps + "\n2. Zum Servicepunkt bringen")
    writer.get_by_role("button", name="Save").click()
    writer.fill("input[name=publish_at]", soon.strftime("%Y-%m-%dT%H:%M"))
    writer.get_by_role("button", name="Give to review").click()

    reader.goto(f"/knowledge/{article.pk}/")
    reader.get_by_role("button", name="Approve").click()
    expect(reader.locator(".kb-meta")).to_contain_text(str(soon.year))
    assert Article.objects.get().state == "scheduled"
    assert at(None, f"/help/{article.pk}/").locator("h1").inner_text() != "Fremder USB-Stick"

    Article.objects.update(publish_at=timezone.now())
    assert wait_until(lambda: Article.objects.get().state == "published", within=30)
    visitor = at(None, f"/help/{article.pk}/")
    expect(visitor.locator("h1")).to_have_text("Fremder USB-Stick")
    expect(visitor.locator(".read img")).to_have_js_property("naturalWidth", 1)


def test_a_translation_is_outrun_and_its_original_restored(at: Open, author: User) -> None:
    text = make_article("Drucker", steps="1. Toner")
    text.revisions.create(
        number=1,
        change="written",
        content={**{name: getattr(text, name) for name in Content.__dataclass_fields__}, "article": {}},
        at=timezone.now(),
    )
    page = at(author, f"/knowledge/{text.article_id}/en/edit/")
    expect(page.locator(".kb-source")).to_contain_text("Toner")
    page.fill("input[name=title]", "Printer")
    page.fill("textarea[name=steps]", "1. Toner")
    page.get_by_role("button", name="Save").click()

    page.goto(f"/knowledge/{text.article_id}/de/edit/")
    page.fill("textarea[name=steps]", "1. Papier")
    page.get_by_role("button", name="Save").click()
    page.goto("/knowledge/?view=outdated")
    page.get_by_role("link", name="Printer").click()
    page.get_by_role("link", name="Open both side by side").click()
    expect(page.locator(".kb-diff ins")).to_have_text("Papier")
    assert violations(page) == []

    page.goto(f"/knowledge/{text.article_id}/de/history/1/")
    page.get_by_role("button", name="Bring this version back").click()
    expect(page.get_by_text("Version 1 is back.")).to_be_visible()
    assert ArticleText.objects.get(article=text.article, language="de").steps == "1. Toner"
    page.goto(f"/knowledge/{text.article_id}/en/comparison/")
    page.get_by_role("button", name="It says the same").click()
    expect(page.locator(".kb-callout")).to_have_count(0)


def test_a_proposal_is_decided_on_a_phone(at: Open, author: User, lead: User, reviewed: Category) -> None:
    text = make_article("Tresor", category=reviewed)
    proposal = propose(
        text.article,
        language="de",
        content=Content(title="Tresor öffnen", steps="1. Klopfen"),
        base_version=1,
        by=author,
        now=timezone.now(),
    )
    page = at(lead, f"/knowledge/{text.article_id}/", viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.get_by_role("link", name="Look at it").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 391

    page.get_by_role("button", name="Accept").click()

    expect(page.locator("h1")).to_have_text("Tresor öffnen")
    proposal.refresh_from_db()
    assert proposal.decided_by == lead
