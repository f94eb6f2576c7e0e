"""The agents' workspace in a real browser: keyboard, live, drafts, and axe on every screen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect

from people.models import User
from tests.browser.axe import violations
from tests.factories import make_agent, make_article, make_levels, make_policy, make_ticket, make_user
from tests.product import Product
from tickets.models import Draft, Message, Queue, Suggestion, Ticket
from tickets.operations import assigning, escalation, noting, replying

PASSWORD = "browser-tests-only"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


@dataclass(frozen=True)
class World:
    first: Queue
    second: Queue
    agent: User
    colleague: User
    ticket: Ticket
    escalated: Ticket


@pytest.fixture(scope="module")
def world(product: Product) -> World:
    """Fill the product with a few tickets through the operations."""
    now = timezone.now()
    first, second = make_levels(make_policy())
    agent = make_agent(first, name="Lena Brandt", email="lena@helpdesk.example", password=PASSWORD)
    second.memberships.create(user=agent, level=3)
    colleague = make_agent(first, name="Jonas Weber")
    requester = make_user(name="Miriam Hoffmann", department="Vertrieb", phone="+49 30 1234")
    ticket = make_ticket(first, requester=requester, now=now, html="<table><tr><td>Tabelle</td></tr></table>")
    Suggestion.objects.update_or_create(
        ticket=ticket, position=1, defaults={"text": make_article(), "score": 1, "words": ["vpn", "809"]}
    )
    replying.reply(ticket, text="Im Homeoffice?", by=colleague, now=now)
    noting.note(ticket, text="Schon der dritte heute.", by=colleague, now=now)
    assigning.assign(ticket, to=None, by=colleague, now=now)
    escalated = make_ticket(first, subject="Server antwortet nicht", requester=requester, now=now)
    escalation.escalate(escalated, reason="Kein Zugriff auf den Server.", by=agent, now=now)
    return World(first, second, agent, colleague, ticket, escalated)


@pytest.fixture
def at(browser: Browser, product: Product, world: World) -> Iterator["Login"]:
    """Log in at a size and in a theme."""
    login = Login(browser, product, world)
    yield login
    login.close()


class Login:
    """Opens pages as the agent."""

    def __init__(self, browser: Browser, product: Product, world: World) -> None:
        self.browser, self.product, self.world = browser, product, world
        self.contexts: list = []

    def __call__(self, size: str = "desktop", theme: str = "light") -> Page:
        width, height = SIZES[size]
        context = self.browser.new_context(
            base_url=self.product.url, viewport={"width": width, "height": height}, color_scheme=theme
        )
        self.contexts.append(context)
        page = context.new_page()
        page.goto("/account/login/")
        page.fill("input[name=login]", self.world.agent.email)
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "login" not in url)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(at: Login, world: World, size: str, theme: str) -> None:
    page = at(size, theme)
    found = {}

    for address in [
        "/tickets/?view=open",
        "/tickets/?view=mine",
        "/tickets/search/?q=VPN",
        f"/tickets/{world.ticket.pk}/?view=open",
        f"/tickets/{world.ticket.pk}/?view=open&write=note",
        f"/tickets/{world.ticket.pk}/?pane=panel",
        f"/tickets/{world.escalated.pk}/",
        f"/tickets/{world.ticket.pk}/escalation/",
        "/start/",
        "/start/overview/",
    ]:
        page.goto(address)
        page.wait_for_timeout(300)
        if wrong := violations(page):
            found[address] = wrong

    assert found == {}


def test_a_ticket_is_opened_answered_and_noted_by_keyboard(at: Login, world: World) -> None:
    ticket = make_ticket(world.first, subject="Tastatur im Test", now=timezone.now())
    page = at()
    page.goto(f"/tickets/?queue={world.first.slug}")
    page.locator(f"#row-{ticket.pk} a").focus()

    page.keyboard.press("Enter")
    expect(page.locator("#talk h1")).to_have_text("Tastatur im Test")
    expect(page.locator("#talk h1")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#head")).to_contain_text("Lena Brandt")
    page.keyboard.press("n")
    page.keyboard.type("Nur intern")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.note")).to_contain_text("Nur intern")
    page.locator("#talk h1").click()
    page.keyboard.press("r")
    page.keyboard.type("Bitte neu starten.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".msg.mine:not(.note)")).to_contain_text("Bitte neu starten.")

    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.PENDING_CUSTOMER
    assert page.locator(f"#row-{ticket.pk}").count() == 1


def test_a_new_ticket_waits_behind_a_bar_and_nothing_jumps(at: Login, product: Product, world: World) -> None:
    page = at()
    page.goto(f"/tickets/?queue={world.first.slug}")
    expect(page.locator("[data-live-dot]")).to_have_attribute("data-state", "on")
    before = page.locator(".list a.t").count()

    product.manage(
        "shell",
        "-c",
        "from django.utils import timezone; from people.models import User; from tickets.models import Queue;"
        "from tickets.operations.opening import open_ticket;"
        f"open_ticket(requester=User.objects.filter(role='requester').first(), queue=Queue.objects.get(pk={world.first.pk}),"
        " subject='Ganz neu', text='x', channel='web', now=timezone.now())",
    )

    expect(page.locator(".fresh")).to_be_visible(timeout=3000)
    assert page.locator(".list a.t").count() == before
    page.locator(".fresh").click()
    expect(page.locator(".list")).to_contain_text("Ganz neu")


def test_what_is_being_written_survives_a_reload(at: Login, world: World) -> None:
    page = at()
    page.goto(f"/tickets/{world.ticket.pk}/")
    editor = page.locator("#reply-form .editor.rich")
    editor.click()
    page.keyboard.type("Halb geschrieben")
    expect(page.locator("#reply-form [data-draft-state]")).not_to_be_empty(timeout=5000)
    page.wait_for_timeout(2600)

    page.reload()

    expect(page.locator("#reply-form .editor.rich")).to_contain_text("Halb geschrieben")


def test_an_answer_that_was_overtaken_stops_and_keeps_the_text(at: Login, world: World) -> None:
    now = timezone.now()
    ticket = make_ticket(world.first, subject="Überholt", now=now)
    page = at()
    page.goto(f"/tickets/{ticket.pk}/")
    page.locator("#reply-form .editor.rich").click()
    page.keyboard.type("Meine Antwort")
    newer = Message.objects.create(
        ticket=ticket, kind="customer", channel="email", author=ticket.requester, text="Erledigt!", created_at=now
    )

    page.keyboard.press("Control+Enter")

    expect(page.locator("#refusal")).to_contain_text("Erledigt!")
    expect(page.locator("#reply-form .editor.rich")).to_contain_text("Meine Antwort")
    page.locator('#refusal button[name="then"]').click()
    expect(page.locator(".msg.mine")).to_contain_text("Meine Antwort")
    assert Message.objects.filter(ticket=ticket, kind="reply", pk__gt=newer.pk).count() == 1


def test_a_solution_goes_into_the_editor_with_one_key(at: Login, world: World) -> None:
    ticket = make_ticket(world.first, subject="VPN-Fehler 809 nach Windows-Update", now=timezone.now())
    page = at()
    page.goto(f"/tickets/{ticket.pk}/")
    while not ticket.suggestions.exists():
        page.wait_for_timeout(100)  # until triage has read the ticket
    page.reload()
    expect(page.locator("#reply-form .editor.rich")).to_be_visible()
    page.locator("#talk h1").click()

    page.keyboard.press("1")

    expect(page.locator("#reply-form .editor.rich li").first).to_have_text("Software Center öffnen.")
    expect(page.locator('.sol.best button[value="worked"]')).to_be_visible()
    assert page.locator(".sol.best .ttl span").inner_text() == ticket.attempts.get().text.title


def test_a_solution_goes_into_the_plain_field_when_the_editor_cannot_load(at: Login, world: World) -> None:
    page = at()
    page.route("**/js/editor.js*", lambda route: route.abort())
    page.goto(f"/tickets/{world.ticket.pk}/")

    page.locator(".sols form button[type=submit]").first.click()

    expect(page.locator("#reply-body")).to_have_value(re.compile("VPN-Reparatur"))


def test_a_mail_is_shown_in_a_frame_without_scripts(at: Login, world: World) -> None:
    page = at()
    page.goto(f"/tickets/{world.ticket.pk}/")

    frame = page.locator(".msg iframe")
    expect(frame).to_have_attribute("sandbox", "allow-same-origin allow-popups allow-popups-to-escape-sandbox")
    expect(page.frame_locator(".msg iframe").locator("td")).to_have_text("Tabelle")


def test_on_a_phone_one_area_at_a_time(at: Login, world: World) -> None:
    page = at("phone")
    page.goto(f"/tickets/?queue={world.first.slug}")
    expect(page.locator(".list")).to_be_visible()

    page.locator(f"#row-{world.ticket.pk} a").click()
    expect(page.locator("#talk h1")).to_be_visible()
    expect(page.locator(".list")).not_to_be_visible()
    page.go_back()

    expect(page.locator(".list")).to_be_visible()
    page.locator(f"#row-{world.ticket.pk} a").click()
    expect(page.locator("#talk h1")).to_be_visible()
    expect(page.locator(".list")).not_to_be_visible()


def test_the_way_out_of_an_empty_view_leads_to_one_list(at: Login, world: World) -> None:
    page = at()
    page.goto("/tickets/?view=upset")

    page.get_by_role("link", name="Alle offenen Tickets").click()

    expect(page.locator(f"#row-{world.ticket.pk}")).to_be_visible()
    assert page.locator("#list").count() == 1


def test_a_refused_answer_is_a_draft_on_the_server_though_no_further_key_is_pressed(at: Login, world: World) -> None:
    ticket = make_ticket(world.first, subject="Abgelehnt", now=timezone.now())
    page = at()
    page.goto(f"/tickets/{ticket.pk}/")
    page.locator("#reply-form .editor.rich").click()
    page.keyboard.type("Nur hier geschrieben")
    Message.objects.create(
        ticket=ticket,
        kind="customer",
        channel="email",
        author=ticket.requester,
        text="Eilt!",
        created_at=timezone.now(),
    )

    page.keyboard.press("Control+Enter")
    expect(page.locator("#refusal")).to_contain_text("Eilt!")
    page.wait_for_timeout(1500)

    assert "Nur hier geschrieben" in Draft.objects.get(ticket=ticket, kind="reply").body


def test_the_derivation_of_a_deadline_stays_closed_once_it_was_closed(at: Login, world: World) -> None:
    page = at()
    page.goto(f"/tickets/{world.ticket.pk}/")
    page.locator("#panel").get_by_role("link", name="Warum dann?").click()
    page.locator("dialog.clock-sheet").get_by_role("button", name="Schließen").click()

    page.evaluate("htmx.trigger('#thread', 'live')")
    page.wait_for_timeout(600)

    expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_dialog_that_is_closed_while_it_asks_stops_no_live_update(at: Login, world: World) -> None:
    ticket = make_ticket(world.first, subject="Übergabe offen", now=timezone.now())
    page = at()
    page.goto(f"/tickets/{ticket.pk}/")
    page.locator("#head a[href$='/escalation/']").first.click()
    dialog = page.locator("dialog[open]")

    def slowly(route: Route) -> None:
        response = route.fetch()
        page.evaluate("document.querySelector('dialog[open]').close()")
        page.wait_for_timeout(300)
        route.fulfill(response=response)

    page.route("**/completeness/", slowly)
    dialog.locator("[name=question]").fill("Wer?")
    dialog.locator("[name=environment]").focus()
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.wait_for_timeout(500)
    noting.note(ticket, text="Das kam danach.", by=world.colleague, now=timezone.now())
    page.evaluate("htmx.trigger('#thread', 'live')")

    expect(page.locator("#thread")).to_contain_text("Das kam danach.", timeout=10_000)


def test_an_action_leaves_the_address_of_the_ticket_in_place(at: Login, world: World) -> None:
    ticket = make_ticket(world.first, subject="Übernehmen", now=timezone.now())
    page = at()
    page.goto(f"/tickets/{ticket.pk}/")

    page.locator("#head").get_by_role("button", name="Übernehmen").click()

    expect(page.locator("#head")).to_contain_text("Lena Brandt")
    assert page.url.endswith(f"/tickets/{ticket.pk}/")
    answer = page.reload()
    assert answer is not None
    assert answer.status == 200


def test_a_subject_without_spaces_stays_in_its_pane(at: Login, world: World) -> None:
    ticket = make_ticket(world.first, subject="Donaudampfschifffahrt" * 11, now=timezone.now())

    for size in SIZES:
        page = at(size)
        page.goto(f"/tickets/{ticket.pk}/")

        assert page.locator("#talk h1").evaluate("title => title.scrollWidth <= title.clientWidth + 1")


def test_who_reads_further_up_stays_there_and_who_reads_the_end_sees_what_comes(at: Login, world: World) -> None:
    ticket = make_ticket(world.first, subject="Langes Gespräch", text="Zeile\n" * 120, now=timezone.now())
    page = at()
    page.goto(f"/tickets/{ticket.pk}/")
    thread, rest = page.locator("#thread"), "thread => thread.scrollHeight - thread.scrollTop - thread.clientHeight"
    expect(thread).to_have_attribute("data-at", "end")

    replying.reply(ticket, text="Erste Antwort\n" * 30, by=world.colleague, now=timezone.now())
    page.evaluate("htmx.trigger('#thread', 'live')")
    expect(thread).to_contain_text("Erste Antwort")
    page.wait_for_timeout(1500)  # until it stands there how far the mail got
    at_end = thread.evaluate(rest)
    thread.evaluate("thread => { thread.scrollTop = 300; }")
    expect(thread).to_have_attribute("data-at", "above")
    replying.reply(ticket, text="Zweite Antwort", by=world.colleague, now=timezone.now())
    page.evaluate("htmx.trigger('#thread', 'live')")
    expect(thread).to_contain_text("Zweite Antwort")
    page.wait_for_timeout(1500)

    assert at_end < 3
    assert thread.evaluate("thread => thread.scrollTop") == 300


def test_what_came_anew_meanwhile_takes_no_place_away_from_the_answer_to_an_action(at: Login, world: World) -> None:
    ticket = make_ticket(world.first, subject="Gewinnspiel", now=timezone.now())
    page = at()
    page.goto(f"/tickets/{ticket.pk}/")
    page.wait_for_timeout(300)

    def slowly(route: Route) -> None:
        response = route.fetch()
        page.evaluate("htmx.trigger('#thread', 'live')")
        page.wait_for_timeout(800)
        route.fulfill(response=response)

    page.route("**/spam/", slowly)
    page.locator("#head summary", has_text="Weitere Aktionen").click()
    page.locator("#head").get_by_role("button", name="Spam", exact=True).click()

    expect(page.locator("#note-form")).to_be_visible()
    expect(page.locator("#reply-form")).to_have_count(0)
    expect(page.locator("#thread")).to_contain_text("Spam")
