"""
A category of articles goes from shadow over suggesting to answering by itself, and every step is earned.

All parts are real: the worker learns from solved tickets, requests come by the form of the portal, answers leave through an
SMTP server, and the requesters follow the links in their mails.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product as pairs

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from channels_intake.models import AutoReply
from knowledgebase.models import ArticleText, Category
from notifications.models import Delivery
from people.models import User
from tests.browser.axe import violations
from tests.channels_intake.mails import free_port
from tests.factories import make_agent, make_article, make_category, make_levels, make_policy, make_ticket
from tests.product import Product
from tests.stories.test_a_mail_becomes_a_solved_ticket import Outside, _text, eventually, log_in
from tickets.models import Event, Message, Queue, SolutionAttempt, Ticket, TriageDecision, TriageModel
from tickets.operations.helping import say_it_helped
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve
from tickets.operations.trying import try_solution

PASSWORD = "a-long-password-of-tests"
Outcome, Verdict = SolutionAttempt.Outcome, TriageDecision.Verdict

VPN, WIFI, DRIVE, NONE = "vpn", "wifi", "drive", ""
ARTICLES = {
    VPN: (
        "VPN-Fehler 809 nach dem Windows-Update",
        "Das VPN meldet Fehler 809, der Tunnel wird nicht aufgebaut.",
        "1. Software Center öffnen.\n2. »VPN-Reparatur« starten.\n3. Den Rechner neu starten.",
    ),
    WIFI: (
        "WLAN verlangt ein neues Zertifikat",
        "Das WLAN im Büro lehnt die Anmeldung ab, weil das Zertifikat abgelaufen ist.",
        "1. Mit dem Kabel ans Netz gehen.\n2. Im Portal »Zertifikat erneuern« wählen.\n3. WLAN wieder einschalten.",
    ),
    DRIVE: (
        "Laufwerk im Netz wird nicht verbunden",
        "Nach der Anmeldung fehlt das Netzlaufwerk im Explorer.",
        "1. »Laufwerke verbinden« auf dem Desktop anklicken.\n2. Abmelden.\n3. Wieder anmelden und den Explorer öffnen.",
    ),
}
SAID = {
    VPN: [
        "VPN verbindet nicht mehr", "Fehler 809 beim Einwählen", "Der Tunnel in die Firma bricht sofort ab",
        "Einwahl von zu Hause unmöglich", "VPN-Client zeigt 809 an", "Keine VPN-Verbindung vom Heimarbeitsplatz",
    ],
    WIFI: [
        "WLAN nimmt meine Anmeldung nicht an", "Zertifikat fürs WLAN abgelaufen", "Laptop findet das Funknetz, kommt aber nicht hinein",
        "WLAN im Besprechungsraum lehnt mich ab", "Meldung wegen ungültigem Zertifikat im WLAN", "Funknetz im Büro geht nicht",
    ],
    DRIVE: [
        "Laufwerk H fehlt im Explorer", "Netzlaufwerk nicht verbunden", "Meine Abteilungsordner sind verschwunden",
        "Explorer zeigt ein rotes Kreuz am Laufwerk", "Gemeinsame Ablage im Netzlaufwerk fehlt", "Laufwerksbuchstabe H ist weg",
    ],
    NONE: [
        "Bitte einen neuen Bürostuhl bestellen", "Die Kaffeemaschine in der Küche ist kaputt", "Schlüssel für den Schrank verloren",
        "Licht im Flur flackert", "Heizung im Zimmer 12 bleibt kalt", "Wann kommt die Reinigung?",
    ],
}  # fmt: skip
ADDED = [
    "Guten Morgen, das ist seit gestern so. Können Sie bitte helfen? Viele Grüße",
    "Ich habe schon zweimal neu gestartet, ohne Erfolg. Danke im Voraus!",
    "Es eilt ein wenig, ich habe heute Nachmittag einen Termin mit einem Kunden.",
]


@pytest.fixture(scope="module")
def outside() -> Iterator[tuple[Outside, int]]:
    """Give the world's mail server and its port."""
    world = Outside()
    controller = Controller(world, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield world, controller.port
    controller.stop()


@pytest.fixture(scope="module")
def product_settings(outside: tuple[Outside, int]) -> dict[str, str]:
    """Let the product send its mails there."""
    return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(outside[1])}


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[Callable[..., Page]]:
    """Give new browsers, logged in or not."""
    contexts = []

    def opened(person: User | None = None, locale: str = "en") -> Page:
        context = browser.new_context(base_url=product.url, viewport={"width": 1440, "height": 900}, locale=locale)
        contexts.append(context)
        page = context.new_page()
        if person is not None:
            log_in(page, product, person)
        return page

    yield opened
    for context in contexts:
        context.close()


def make_past(queue: Queue, category: Category, agent: User) -> dict[str, ArticleText]:
    """Publish the articles and solve many tickets, all in one moment: nobody learns from the half of it."""
    with transaction.atomic():
        texts = {
            key: make_article(title, category=category, symptom=symptom, steps=steps)
            for key, (title, symptom, steps) in ARTICLES.items()
        }
        for number, (key, at, added) in enumerate(pairs(SAID, range(6), ADDED)):
            subject, more = SAID[key][at], SAID[key][(at + 1 + number % 3) % 6]
            opened = timezone.now() - timedelta(days=40, minutes=-number * 37)
            ticket = make_ticket(queue, subject=subject, text=f"{more}. {added}", now=opened)
            text, outcome = (texts[key], Outcome.WORKED) if key else (texts[VPN], Outcome.NOT_APPLICABLE)
            done = opened + timedelta(minutes=20)
            try_solution(ticket, text=text, by=agent, now=done, outcome=outcome)
            resolve(ticket, solution="Erledigt.", by=agent, now=done, tell=False)
    return texts


def asked(page: Page, name: str, subject: str, text: str) -> Ticket:
    """Ask for help by the form of the portal, and wait until the product has read it."""
    page.goto("/request/new/")
    address = f"{name.split()[0].lower()}@kunde.example"
    for field, value in {"name": name, "email": address, "subject": subject}.items():
        page.fill(f"input[name={field}]", value)
    page.fill("textarea[name=text]", text)
    page.locator("form.p-card > .form-actions button[type=submit]").click()
    page.wait_for_url("**/request/sent/**")
    ticket = eventually(lambda: Ticket.objects.filter(requester__email=address, triage__isnull=False).first())
    assert isinstance(ticket, Ticket)
    return ticket


def decision_about(ticket: Ticket) -> TriageDecision:
    """Give the only thing that was decided about a ticket: the answer."""
    return ticket.decisions.select_related("said_text").get()


def helped_by_hand(ticket: Ticket, text: ArticleText, agent: User) -> None:
    """Send the article; it helps."""
    attempt = try_solution(ticket, text=text, by=agent, now=timezone.now())
    reply(ticket, text=text.steps, by=agent, now=timezone.now())
    say_it_helped(ticket, attempt=attempt.pk, by=ticket.requester, now=timezone.now())


def says_it_helped(page: Page, world: Outside, ticket: Ticket, words: str) -> None:
    """Read the mail with these words, follow its link, look, and press the button."""
    mails = eventually(lambda: [one for one in world.to(ticket.requester.email) if words in _text(one)])
    link = re.search(r"https?://\S+/solutions/\d+/\?helped=yes", _text(mails[0]))
    assert link is not None
    page.goto(link[0])
    assert violations(page) == []
    assert ticket.attempts.get().outcome == Outcome.OPEN
    page.get_by_role("button", name="Ja, es geht wieder").click()
    page.wait_for_url(lambda url: "/solutions/" not in url)
    eventually(lambda: decision_about(ticket).verdict == Verdict.RIGHT)


def test_from_solved_tickets_over_shadow_and_suggestions_to_an_answer_by_itself(
    product: Product, outside: tuple[Outside, int], open_page: Callable[..., Page]
) -> None:
    world, _ = outside
    queue, _second = make_levels(make_policy())
    category = make_category(name_de="Netz", name_en="Network")
    lena = make_agent(queue, name="Lena Brandt", password=PASSWORD, language="en")
    ada = make_agent(role=User.Role.ADMIN, name="Ada Admin", password=PASSWORD, language="en")
    texts = make_past(queue, category, lena)
    admin = open_page(ada)
    row = admin.locator("tr", has_text="Network")  # of the modes, and of the accuracy

    def choose(mode: str) -> None:
        admin.goto(f"/settings/answer-modes/{category.pk}/")
        admin.select_option("select[name=mode]", mode)
        for field, value in {"threshold": "80", "bar": "100", "window": "5"}.items():
            admin.fill(f"input[name={field}]", value)
        admin.locator(".set-main form button[type=submit]").last.click()
        admin.wait_for_url("**/settings/modes/")

    # The admin lets the product learn; the worker does it.
    admin.goto("/settings/triage/")
    admin.get_by_role("button", name="Learn now").click()
    expect(admin.get_by_text("Learning begins within half a minute.")).to_be_visible()
    agent, visitor = open_page(lena), open_page(locale="de")
    newest = admin.locator("#versions li").first
    expect(newest).to_contain_text("in use", timeout=60_000)
    expect(newest).to_contain_text("72 solved tickets")
    expect(newest).to_contain_text("The right solution came first in")
    version = TriageModel.objects.get(state=TriageModel.State.ACTIVE).version

    # In shadow a decision is written, and nothing else.
    choose("shadow")
    expect(row).to_contain_text("shadow")
    assert violations(admin) == []
    watched = asked(visitor, "Heike Sommer", "Keine Einwahl mehr", "Beim Verbinden des VPN kommt der Fehler 809.")
    said = decision_about(watched)
    assert (said.said_text, said.category, said.model_version) == (texts[VPN], category, version)
    assert (said.mode, said.held_back, said.would_act, said.done) == ("shadow", "mode", True, False)
    assert 0.8 <= said.confidence <= 0.9
    assert (watched.state, watched.queue, watched.assignee) == (Ticket.State.NEW, queue, None)
    kinds = list(watched.messages.values_list("kind", flat=True))
    assert kinds == ["customer", "system"]  # the request, and that it arrived
    assert not watched.attempts.exists()
    assert not Event.objects.filter(ticket=watched, kind=Event.Kind.TRIAGED).exists()
    agent.goto(f"/tickets/{watched.pk}/")
    expect(agent.get_by_text("None was found for these words.")).to_be_visible()
    expect(agent.locator(".sol")).to_have_count(0)
    admin.goto("/start/accuracy/")
    expect(row).to_contain_text("1 open")
    expect(row).to_contain_text("0 of 1")
    helped_by_hand(watched, texts[VPN], lena)

    # Suggesting, the agent sees it, sends it, and the requester says in the mail that it helped.
    choose("suggest")
    suggested = asked(
        visitor, "Jonas Winter", "WLAN geht nicht", "Das Zertifikat für das WLAN sei abgelaufen, steht da."
    )
    agent.goto(f"/tickets/{suggested.pk}/")
    best = agent.locator(".sol").first
    expect(best).to_contain_text("WLAN verlangt ein neues Zertifikat")
    expect(best).to_contain_text("likely")
    best.locator("form button[type=submit]").click()
    expect(agent.locator("[contenteditable]").first).to_contain_text("Zertifikat erneuern")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator(".msg.mine:not(.note)").last).to_contain_text("Zertifikat erneuern")
    says_it_helped(visitor, world, suggested, "Zertifikat erneuern")

    # Acting is chosen, but it has to be earned: of five decisions only two are known.
    eventually(lambda: decision_about(watched).verdict == Verdict.RIGHT)
    choose("act")
    expect(row).to_contain_text("suggests until it may act")
    expect(row).to_contain_text("2 of 2")
    expect(row).to_contain_text("100 % / 5")
    for name, key, subject, text in [
        ("Mia Berg", DRIVE, "Laufwerk H ist weg", "Im Explorer fehlt seit heute mein Netzlaufwerk."),
        ("Paul Kern", VPN, "Fehler 809", "Der VPN-Tunnel in die Firma kommt nicht zustande."),
        ("Rosa Lang", WIFI, "Anmeldung am WLAN", "Das Funknetz lehnt mein Zertifikat ab."),
    ]:
        ticket = asked(visitor, name, subject, text)
        said = decision_about(ticket)
        assert (said.said_text, said.mode, said.held_back) == (texts[key], "suggest", "mode")
        assert not ticket.attempts.exists()
        helped_by_hand(ticket, texts[key], lena)
        eventually(lambda ticket=ticket: decision_about(ticket).verdict == Verdict.RIGHT)
    admin.goto("/settings/modes/")
    expect(row).to_contain_text("acts")
    expect(row).to_contain_text("5 of 5")
    assert violations(admin) == []
    row.get_by_role("link").click()
    expect(admin.locator("main")).to_contain_text("Of the last 5 decisions it was sure of, 5 were right.")
    assert violations(admin) == []

    # Now the product answers the next one by itself, and says so.
    answered = asked(
        visitor, "Tim Vogel", "Netzlaufwerk fehlt", "Nach dem Anmelden ist mein Laufwerk nicht im Explorer."
    )
    assert decision_about(answered).mode == "act"
    attempt = eventually(lambda: answered.attempts.filter(asked_at__isnull=False).first())
    assert (attempt.text, attempt.by) == (texts[DRIVE], None)
    assert decision_about(answered).done
    message = Message.objects.get(pk=attempt.message_id)
    assert (message.author, message.is_from_staff, message.auto_generated) == (None, True, True)
    mails = Delivery.objects.filter(event__message=message, medium=Delivery.Medium.MAIL, state=Delivery.State.SENT)
    assert eventually(mails.first).address == "tim@kunde.example"
    assert AutoReply.objects.filter(address="tim@kunde.example").count() == 2  # the confirmation, and this
    agent.goto(f"/tickets/{answered.pk}/")
    talk = agent.locator("#talk")
    percent = decision_about(answered).percent
    expect(talk).to_contain_text(f"model {version} chose an answer, {percent} % sure")
    expect(talk).to_contain_text("the solution “Laufwerk im Netz wird nicht verbunden” was sent automatically")
    expect(talk.locator(".msg.mine", has_text="Laufwerke verbinden")).to_contain_text("Automatic message")
    assert violations(agent) == []
    answered.refresh_from_db()
    assert (answered.state, answered.assignee, answered.first_response_at) == (Ticket.State.NEW, None, None)

    # Silence proves nothing; a word of the requester does.
    admin.goto("/start/accuracy/")
    expect(row).to_contain_text("5/5")
    says_it_helped(visitor, world, answered, "Laufwerke verbinden")
    admin.reload()
    expect(row).to_contain_text("6/6")
    expect(row).to_contain_text("1 of 6")
    assert violations(admin) == []
    answered.refresh_from_db()
    assert (answered.state, answered.confirmed, answered.category) == (Ticket.State.CLOSED, True, category)
