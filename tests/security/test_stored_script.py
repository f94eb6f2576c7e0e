"""
What strangers write runs nowhere and asks no server for anything, in a real browser, with htmx and all scripts loaded.

Most pages are seen without their content security policy, so that it stays a second wall and is not the only one.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route

from channels_intake.envelope import Attached
from channels_intake.models import Arrival, Chat, hash_of
from helpdesk.local import post_office
from knowledgebase.models import Category
from knowledgebase.operations import Content, Facts, publish, write_article
from notifications.links import ticket_link
from people.models import User
from tests.factories import make_agent, make_levels, make_policy, make_ticket, make_user
from tests.product import Product
from tests.security.vectors import HTML, MARKDOWN, SURVIVORS, TEXT
from tests.security.world import SECRET
from tickets.models import Message, Ticket
from tickets.operations.drafting import save_draft

SURVIVED = "document.querySelectorAll('td, li, a[href^=\"https://good.example\"], b').length"
RAN = "window.ran"
RAW = """async html => {
    top.ran = undefined;
    const frame = document.createElement("iframe");
    frame.srcdoc = html;
    document.body.append(frame);
    await new Promise(done => setTimeout(done, 100));
    frame.remove();
    return top.ran !== undefined;
}"""


@pytest.fixture(scope="module")
def product_settings() -> dict[str, str]:
    """Mount the post office."""
    return {"HELPDESK_LOCAL": "1"}


class Hostile:
    """A helpdesk in which everything that strangers can write is a vector."""

    def __init__(self) -> None:
        now = timezone.now()
        first, _ = make_levels(make_policy())
        self.admin = make_agent(role=User.Role.ADMIN, name="Anna Admin")
        self.requester = make_user("rita@kunde.example", name=TEXT[0])
        self.mail = make_ticket(first, requester=self.requester, subject="Mail", text="Mail", now=now)
        self.messages = [self._message(self.mail, vector, Message.Kind.CUSTOMER) for vector in HTML]
        self.inline = make_ticket(first, requester=self.requester, subject="Inline", text="Inline", now=now)
        for vector in HTML:
            self._message(self.inline, vector, Message.Kind.NOTE)
            self._message(self.inline, vector, Message.Kind.REPLY)
        save_draft(self.inline, kind="reply", body=SURVIVORS + HTML[3] + HTML[53], version=0, by=self.admin, now=now)
        self.texts = [self._ticket(first, vector) for vector in TEXT]
        for vector in TEXT:
            Arrival.objects.create(
                channel="email", external_id=str(hash(vector)), received_at=now, sender=vector[:254],
                subject=vector[:250], reason=vector, state=Arrival.State.UNPROCESSABLE,
            )  # fmt: skip
        self.articles = [self._article(TEXT[number % len(TEXT)], steps) for number, steps in enumerate(self._steps())]
        chat = make_ticket(first, requester=self.requester, subject=TEXT[1], text=TEXT[1], channel="chat", now=now)
        for vector in TEXT + HTML:
            Message.objects.create(
                ticket=chat, kind=Message.Kind.CHAT, channel="chat", author=self.requester, text=vector, created_at=now
            )
        self.chat = Chat.objects.create(
            key="hostile-chat", secret_hash=hash_of(SECRET), ticket=chat, visitor=self.requester, started_at=now,
            seen_at=now,
        )  # fmt: skip

    def _steps(self) -> list[str]:
        groups = ["\n\n".join(HTML[start : start + 8]) for start in range(0, len(HTML), 8)]
        return ["1. Restart\n2. Wait\n\n**bold** [link](https://good.example/)", *MARKDOWN, *groups]

    def _message(self, ticket: Ticket, vector: str, kind: Message.Kind) -> Message:
        return Message.with_notes.create(
            ticket=ticket, kind=kind, channel="email", is_from_staff=kind != Message.Kind.CUSTOMER,
            author=self.admin if kind != Message.Kind.CUSTOMER else self.requester, text=vector, full_text=vector * 2,
            html=SURVIVORS + vector, created_at=timezone.now(),
        )  # fmt: skip

    def _ticket(self, queue: Any, vector: str) -> Ticket:
        requester = make_user(name=vector[:150], department=vector[:80], phone=vector[:40], location=vector[:80])
        file = Attached(f"{vector}.png".replace("/", "\u2215"), "image/png", "image/png", b"x")
        return make_ticket(
            queue, requester=requester, subject=vector, text=f"vector {vector}", now=timezone.now(), files=[file]
        )

    def _article(self, title: str, steps: str) -> int:
        content = Content(title=title, symptom=f"vector {steps}"[:4000], steps=steps, keywords=title)
        category, _ = Category.objects.get_or_create(
            key=f"c{abs(hash(title))}", defaults={"name_de": title[:80], "name_en": title[:80]}
        )
        facts = Facts(category_id=category.pk)
        article = write_article(language="en", content=content, facts=facts, by=self.admin, now=timezone.now())
        publish(article, by=self.admin, now=timezone.now())
        return article.pk


@pytest.fixture(scope="module")
def hostile(product: Product) -> Hostile:
    """Fill the product."""
    return Hostile()


class Watched:
    """A browser that remembers what asked for what, and what ran."""

    def __init__(self, browser: Browser, product: Product, *, bypass_csp: bool = True) -> None:
        self.asked: list[str] = []
        self.context: BrowserContext = browser.new_context(
            base_url=product.url, bypass_csp=bypass_csp, locale="en", viewport={"width": 1440, "height": 900}
        )
        # What the policy stops never gets as far as a route.
        self.context.route(lambda url: not url.startswith(product.url) or "hx=ran" in url, self._stop)
        self.page: Page = self.context.new_page()
        self.product = product

    def _stop(self, route: Route) -> None:
        self.asked.append(route.request.url)
        route.abort()

    def log_in(self, person: User) -> None:
        """Be this person."""
        client = Client()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.product.url}])

    def visit(self, path: str, pause: int = 60) -> list[str]:
        """Open a page and tell what ran in it, in whichever frame."""
        answer = self.page.goto(path)
        assert answer is not None and answer.status == 200, (path, answer and answer.status)
        self.page.wait_for_timeout(pause)
        return self.ran(path)

    def ran(self, path: str) -> list[str]:
        """Tell what ran."""
        loaded = [frame for frame in self.page.frames if frame.url not in ("", "about:blank")]
        frames = [frame for frame in loaded if frame.evaluate(RAN) is not None]
        return [f"{path}: {frame.url}" for frame in frames]


@pytest.fixture
def desk(browser: Browser, product: Product, hostile: Hostile) -> Iterator[Watched]:
    """Sit down as an administrator, without a policy."""
    watched = Watched(browser, product)
    watched.log_in(hostile.admin)
    yield watched
    watched.context.close()


@pytest.fixture
def home(browser: Browser, product: Product, hostile: Hostile) -> Iterator[Watched]:
    """Sit down as the requester, without a policy."""
    watched = Watched(browser, product)
    watched.log_in(hostile.requester)
    yield watched
    watched.context.close()


def test_there_are_enough_vectors_and_they_are_armed(browser: Browser, product: Product) -> None:
    watched = Watched(browser, product)
    watched.page.goto("/health/")
    acted = 0

    for vector in HTML:
        before = len(watched.asked)
        ran = watched.page.evaluate(RAW, vector)
        acted += bool(ran or len(watched.asked) > before)
    watched.context.close()

    assert len({*HTML, *TEXT, *MARKDOWN}) >= 60
    assert acted >= 30  # the others need htmx, a click, or another browser


def test_the_html_of_a_mail_runs_nothing_even_as_a_page_of_its_own(desk: Watched, hostile: Hostile) -> None:
    ran, survived = [], []
    for message in hostile.messages:
        ran += desk.visit(f"/tickets/{hostile.mail.pk}/messages/{message.pk}/body/", pause=25)
        survived.append(desk.page.evaluate(SURVIVED) >= 4)

    assert (ran, desk.asked) == ([], [])
    assert all(survived)


def test_nothing_runs_on_the_ticket_page_with_its_frames_open(desk: Watched, hostile: Hostile) -> None:
    ran = desk.visit(f"/tickets/{hostile.mail.pk}/")
    desk.page.evaluate("document.querySelectorAll('[data-mail-frame]').forEach(link => link.click())")
    desk.page.wait_for_timeout(1500)
    frames = len(desk.page.frames)
    desk.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    desk.page.wait_for_timeout(500)

    assert (ran + desk.ran("frames"), desk.asked) == ([], [])
    assert frames > len(HTML) // 2


def test_nothing_runs_where_html_stands_in_the_page_itself_and_in_the_editor(desk: Watched, hostile: Hostile) -> None:
    ran = desk.visit(f"/tickets/{hostile.inline.pk}/", pause=500)
    is_loaded = desk.page.evaluate("typeof htmx")
    survived = desk.page.evaluate(SURVIVED)
    for vector in HTML + TEXT:
        desk.page.evaluate(
            "html => document.querySelectorAll('textarea').forEach(area => ['editor:set', 'editor:insert'].forEach("
            "name => area.dispatchEvent(new CustomEvent(name, {bubbles: true, detail: {html}}))))",
            vector,
        )
    desk.page.wait_for_timeout(300)

    assert is_loaded == "object"
    assert (ran + desk.ran("editor"), desk.asked) == ([], [])
    assert survived >= 2 * len(HTML)


def test_what_is_text_is_shown_as_text_to_agents(desk: Watched, hostile: Hostile) -> None:
    paths = ["/tickets/", "/tickets/?q=vector", "/start/", "/intake/arrivals/", "/knowledge/", "/knowledge/?q=vector"]
    paths += [
        "/intake/calls/new/?caller=ran",
        "/settings/people/",
        "/intake/chats/",
        f"/intake/chats/{hostile.chat.ticket_id}/",
    ]
    paths += [f"/settings/people/{ticket.requester_id}/" for ticket in hostile.texts[::4]]

    ran = [one for path in paths for one in desk.visit(path)]
    shown = []
    for ticket in hostile.texts:
        ran += desk.visit(f"/tickets/{ticket.pk}/")
        shown.append(desk.page.inner_text("body"))

    assert (ran, desk.asked) == ([], [])
    assert [vector for vector, text in zip(TEXT[:3], shown[:3], strict=True) if vector not in text] == []


def test_nothing_runs_in_an_article(desk: Watched, hostile: Hostile) -> None:
    ran = desk.visit(f"/help/{hostile.articles[0]}/?language=en")
    survived = desk.page.evaluate(SURVIVED)
    for number in hostile.articles:
        ran += desk.visit(f"/help/{number}/?language=en", pause=15)
    for number in hostile.articles[::4]:
        for path in (f"/knowledge/{number}/", f"/knowledge/{number}/en/edit/", f"/knowledge/{number}/en/history/1/"):
            ran += desk.visit(path)

    assert (ran, desk.asked) == ([], [])
    assert survived >= 3
    assert desk.page.locator('a[href^="javascript"]').count() == 0


def test_nothing_runs_before_the_requester(home: Watched, hostile: Hostile) -> None:
    home.context.add_cookies(
        [{"name": "chat", "value": f"{hostile.chat.key}.{SECRET}", "url": f"{home.product.url}/intake/chat/"}]
    )
    link = ticket_link(hostile.mail, hostile.requester).partition("/request/")[2]
    paths = ["/", "/requests/", "/help/", "/help/?q=vector", f"/requests/{hostile.inline.pk}/", f"/request/{link}"]
    paths += [f"/requests/{hostile.mail.pk}/", f"/intake/chat/{hostile.chat.key}/", f"/request/new/?q={TEXT[2]}"]

    ran = [one for path in paths for one in home.visit(path)]
    home.visit(f"/requests/{hostile.mail.pk}/")
    home.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    home.page.evaluate("document.querySelectorAll('iframe').forEach(one => one.loading = 'eager')")
    home.page.wait_for_timeout(1500)

    assert (ran + home.ran("frames"), home.asked) == ([], [])


def test_nothing_runs_in_the_post_office(browser: Browser, product: Product, hostile: Hostile, settings: Any) -> None:
    settings.DATA_DIR = product.folder
    keys = []
    for number, vector in enumerate([*HTML, *TEXT]):
        subject = TEXT[number % len(TEXT)].replace("\u202e", "").encode("ascii", "ignore").decode()
        mail = f"From: {subject[:20]!r} <a@x.example>\r\nTo: rita@kunde.example\r\nSubject: {subject}\r\n"
        mail += f"Content-Type: text/html; charset=utf-8\r\n\r\n<html><head></head><body>{SURVIVORS}{vector}</body>"
        keys.append(post_office.keep(mail.encode(), of="rita@kunde.example"))
    watched = Watched(browser, product, bypass_csp=False)

    ran = [one for key in keys for one in watched.visit(f"/post-office/{key}/page/", pause=15)]
    paths = ["/post-office/", "/post-office/mailbox/?of=rita@kunde.example"]
    paths += [f"/post-office/{key}/{how}" for key in keys[::25] for how in ("", "?as=source", "?as=text")]
    ran += [one for path in paths for one in watched.visit(path)]
    watched.context.close()

    assert (ran, watched.asked) == ([], [])
