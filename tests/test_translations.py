"""Everything the interface says is said in German and in English, and nothing of one slips into the other."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format, number_format

from helpdesk.local.messages import Message, catalogues, read
from helpdesk.local.texts import ROOT, missing
from people.models import User
from tests.factories import NOW, make_levels, make_ticket, make_user
from tickets.models import Membership, Ticket

CATALOGUE = ROOT / "helpdesk" / "locale" / "de" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|</?\w+>")
ENGLISH = {
    "Send", "Search", "Reply", "Settings", "Save", "Cancel", "Close", "Open", "Log out", "Sign in",
    "Back", "Knowledge base", "Preferences", "Unassigned", "Overdue", "State", "Priority low", "Requester", "Internal note",
    "Start page", "Loading", "Reports", "the", "and", "with", "your", "you", "New ticket", "Write", "Show", "Take", "Assign",
}  # fmt: skip
GERMAN = {
    "Senden", "Suchen", "Antwort", "Einstellungen", "Speichern", "Abbrechen", "Schließen", "Offen", "Abmelden", "Anmelden",
    "Zurück", "Wissensdatenbank", "Überfällig", "Priorität", "Interne Notiz", "Startseite", "Berichte", "und", "oder", "mit",
    "nicht", "Ihre", "Sie", "Neues Ticket", "Zeigen", "Übernehmen", "Zuweisen",
}  # fmt: skip
PAGES = ["/start/", "/start/overview/", "/tickets/", "/knowledge/", "/knowledge/new/", "/intake/arrivals/", "/intake/chats/",
         "/intake/calls/new/", "/settings/", "/settings/queues/", "/settings/people/", "/settings/mailboxes/",
         "/people/preferences/", "/mail/notices/", "/request/new/", "/help/", "/requests/"]  # fmt: skip


def test_every_text_has_its_german() -> None:
    assert [message.singular for message in missing(CATALOGUE)] == []
    assert [message.singular for message in _entries() if not message.is_complete] == []


def test_no_text_stands_twice_in_a_catalogue() -> None:
    for path in catalogues():
        keys = [message.key for message in read(path.read_text(encoding="utf-8"))]

        assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


def test_every_placeholder_stands_in_the_translation() -> None:
    assert [
        (message.singular, german)
        for message in _entries()
        for form, german in message.translations.items()
        if _placeholders(german) != _placeholders(message.plural if form and message.plural else message.singular)
    ] == []


def test_plurals_have_both_forms() -> None:
    assert [m.singular for m in _entries() if m.plural is not None and sorted(m.translations) != [0, 1]] == []


def test_german_quotes_and_ellipses_are_used() -> None:
    assert [g for m in _entries() for g in m.translations.values() if re.search(r"[“”„]|\.\.\.", g)] == []


@pytest.mark.parametrize(("language", "strange"), [("de", ENGLISH), ("en", GERMAN)])
def test_pages_speak_one_language(language: str, strange: set[str], person: User) -> None:
    person.language = language
    person.save()
    client = Client()
    client.force_login(person)

    for address in [*PAGES, f"/tickets/{Ticket.objects.get().pk}/"]:
        answer = client.get(address)
        said = _said(answer.content.decode())

        assert (address, answer.status_code, answer.headers["Content-Language"]) == (address, 200, language)
        assert [(address, word) for word in sorted(strange) if re.search(rf"(?<!\w){word}(?!\w)", said)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("wish", "word"), [("de", "Hilfe"), ("en", "help")])
def test_whoever_is_not_logged_in_is_spoken_to_as_the_browser_wishes(wish: str, word: str) -> None:
    answer = Client(headers={"accept-language": wish}).get("/")

    assert answer.headers["Content-Language"] == wish
    assert word in _said(answer.content.decode())


def test_dates_and_numbers_follow_the_language() -> None:
    with translation.override("de"):
        german = date_format(NOW, "SHORT_DATE_FORMAT"), number_format(1234.5, 1)
    with translation.override("en"):
        english = date_format(NOW, "SHORT_DATE_FORMAT"), number_format(1234.5, 1)

    assert german == (f"{NOW:%d.%m.%Y}", "1234,5")
    assert english == (f"{NOW.day} {NOW:%b %Y}", "1234.5")


@pytest.fixture
def person(db: None) -> User:
    """Give an administrator who sees a ticket whose words are neither language."""
    first, _ = make_levels()
    person = make_user("xyz@nordlicht.example", name="Xyz Qwx", role=User.Role.ADMIN, password="!")
    Membership.objects.create(user=person, queue=first, level=Membership.Level.LEAD)
    first.name_de = first.name_en = "Zzz"
    first.save()
    make_ticket(first, subject="Lorem", text="Ipsum dolor.", requester=make_user(name="Abc Def"))
    return person


def _entries() -> Iterator[Message]:
    return (message for message in read(CATALOGUE.read_text(encoding="utf-8")) if message.singular)


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def _said(page: str) -> str:
    reader = _Reader()
    reader.feed(page)
    return "\n".join(reader.said)


class _Reader(HTMLParser):
    """Collects the words a person sees or hears, except those in a language of their own."""

    HIDDEN = ("script", "style", "textarea", "option")
    HEARD = ("aria-label", "placeholder", "title", "data-tip", "data-hotkey-name")
    VOID = ("input", "br", "img", "meta", "link", "hr", "use", "rect", "circle", "line", "path", "source")

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        self.said += [of[name] or "" for name in self.HEARD if name in of]
        if tag not in self.VOID:
            self.open.append((tag, tag in self.HIDDEN or ("lang" in of and tag != "html")))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not any(silent for _, silent in self.open):
            self.said.append(data.strip())
