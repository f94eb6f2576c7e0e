"""Real mails on the ticket page: shown in place, folded, and nothing is asked of anybody else."""

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect

from people.models import User
from tests.browser.axe import violations
from tests.factories import make_agent, make_levels, make_policy, make_user
from tests.product import Product
from tickets.models import Message, Ticket

PASSWORD = "browser-tests-only"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
HTML = """<p>Hallo, so sieht es aus:</p><p><img src="cid:bild@x" width="40" height="40" alt="Schaden"></p>
<img src="https://spy.example/1.gif"><img src="http://spy.example/2.gif"><p style="background:url(https://spy.example/3)">Ende</p>
<div class="moz-cite-prefix">Am 22.11.2026 um 09:00 schrieb IT:<br></div><blockquote type="cite">Alte Frage</blockquote>"""
LOOKS = [("light", 1440, 900), ("dark", 390, 844)]


@pytest.fixture(scope="module")
def ticket(product: Product) -> Ticket:
    """Send real mails into the product: an ordinary one, one with a picture, one that was forwarded."""
    first, _ = make_levels(make_policy())
    make_agent(first, name="Lena Brandt", email="lena@helpdesk.example", password=PASSWORD, language="en")
    make_user("rita@kunde.example", name="Rita Muster")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "info@lieferant.example", "Bestellung 4711"
    inner.set_content("Ihre Bestellung ist unterwegs.")
    for number in range(4):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "rita@kunde.example", "it@helpdesk.example", "Schaden"
        mail["Message-ID"] = f"<{number}@kunde.example>"
        if number:
            mail["In-Reply-To"] = "<0@kunde.example>"
        mail.set_content("Hallo\n" * 12 + "\nAm 22.11.2026 um 09:00 schrieb IT:\n> Alte Frage")
        if number == 1:
            mail.add_alternative(HTML, subtype="html")
            mail.get_payload()[1].add_related(PNG, "image", "png", cid="<bild@x>", filename="schaden.png")
            mail.add_attachment(inner)
        product.manage("receive_mail", stdin=mail.as_bytes())
    found = Ticket.objects.get()
    Message.objects.filter(ticket=found, html="").update(notes=["dmarc_fail", "signed_pgp", "file_too_large:a.zip"])
    return found


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def page(request: pytest.FixtureRequest, browser: Browser, product: Product, ticket: Ticket) -> Iterator[Page]:
    """Log in as the agent; `page.asked` lists the addresses of other servers that were asked."""
    theme, width, height = request.param
    assert User.objects.filter(email="lena@helpdesk.example").exists()
    context = browser.new_context(
        base_url=product.url, viewport={"width": width, "height": height}, color_scheme=theme, locale="en"
    )
    page = context.new_page()
    page.goto("/account/login/")
    page.fill("input[name=login]", "lena@helpdesk.example")
    page.fill("input[name=password]", PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/account/login/" not in url)
    yield page
    context.close()


def test_a_picture_shows_in_place_and_nothing_remote_is_asked(page: Page, product: Product, ticket: Ticket) -> None:
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))

    page.goto(f"/tickets/{ticket.pk}/")
    page.locator(".msg:has([data-opens])").scroll_into_view_if_needed()

    mail = page.frame_locator(".msg iframe")
    expect(page.locator(".msg iframe")).to_have_attribute("title", "Mail as it was sent", timeout=20_000)
    expect(mail.get_by_alt_text("Schaden")).to_be_visible()
    assert mail.get_by_alt_text("Schaden").evaluate("picture => picture.naturalWidth") == 1
    expect(mail.get_by_text("2 remote pictures not loaded")).to_be_visible()
    expect(mail.get_by_text("Alte Frage")).not_to_be_visible()
    height = page.locator(".msg iframe").evaluate("frame => frame.clientHeight")
    assert height > 150

    mail.locator("summary").press("Enter")

    expect(mail.get_by_text("Alte Frage")).to_be_visible()
    page.wait_for_function("before => document.querySelector('.msg iframe').clientHeight > before", arg=height)
    assert [url for url in asked if not url.startswith(product.url)] == []


def test_mail_and_text_change_places(page: Page, ticket: Ticket) -> None:
    page.goto(f"/tickets/{ticket.pk}/")
    message = page.locator(".msg:has([data-opens])")
    message.scroll_into_view_if_needed()
    expect(message.locator("iframe:not(.is-loading)")).to_have_count(1, timeout=20_000)
    expect(message.locator(".body")).to_be_hidden()

    message.locator("[data-mail-frame]").press("Enter")

    expect(message.locator("iframe")).to_have_count(0)
    expect(message.locator(".body")).to_be_visible()
    page.evaluate("htmx.trigger('#thread', 'live')")  # what was chosen stays when the conversation is fetched anew
    page.wait_for_timeout(800)
    expect(page.locator(".msg iframe")).to_have_count(0)


def test_what_is_read_stays_where_it_is_while_a_mail_above_grows(page: Page, ticket: Ticket) -> None:
    page.goto(f"/tickets/{ticket.pk}/")
    page.wait_for_timeout(1500)

    thread = "document.getElementById('thread')"
    assert page.evaluate(f"{thread}.scrollHeight - {thread}.scrollTop - {thread}.clientHeight") < 3


def test_the_menu_of_a_mail_opens_inside_the_conversation(page: Page, ticket: Ticket) -> None:
    page.goto(f"/tickets/{ticket.pk}/")
    page.wait_for_timeout(800)  # until the mails stand where they stay
    menu = page.locator(".of-mail").last
    menu.locator("summary").click()

    way = menu.get_by_role("link", name="Headers")
    expect(way).to_be_visible()
    assert way.evaluate("""way => {
        const box = way.getBoundingClientRect(), thread = document.getElementById("thread").getBoundingClientRect();
        return box.left >= thread.left && box.right <= thread.right;
    }""")
    way.click()
    expect(page.locator(".raw-lines")).to_contain_text("Message-ID: ")


def test_the_pages_about_a_mail_are_accessible(page: Page, ticket: Ticket) -> None:
    page.goto(f"/tickets/{ticket.pk}/")
    message = page.locator(".msg:has([data-opens])")
    message.scroll_into_view_if_needed()
    expect(message.locator("iframe:not(.is-loading)")).to_have_count(1, timeout=20_000)
    wrong = {"ticket": violations(page)}
    message.locator(".of-mail summary").press("Enter")
    message.get_by_role("link", name="Headers").press("Enter")
    expect(page.locator(".raw-lines")).to_contain_text("Message-ID: <1@kunde.example>")
    wrong["headers"] = violations(page)
    page.go_back()
    page.get_by_role("link", name="Bestellung 4711.eml").press("Enter")
    expect(page.get_by_role("heading", name="Bestellung 4711")).to_be_visible()
    expect(page.get_by_text("Ihre Bestellung ist unterwegs.")).to_be_visible()
    wrong["attached"] = violations(page)

    assert wrong == {"ticket": [], "headers": [], "attached": []}
