"""A person who asks the same twice: the second ticket says where it may belong."""

import pytest

from people.models import User
from tests.factories import NOW, later, make_queue, make_ticket, make_user
from tickets.models import Queue, Ticket
from tickets.triage.pipeline import triage

pytestmark = pytest.mark.django_db
TEXT = "Der Etikettendrucker im Lager druckt seit heute früh nur leere Etiketten, die Warnlampe leuchtet rot."


@pytest.fixture
def queue(db: None) -> Queue:
    return make_queue(is_default=True)


@pytest.fixture
def petra(db: None) -> User:
    return make_user("petra@kunde.example")


def _ask(queue: Queue, by: User, subject: str, text: str, minutes: int = 0) -> Ticket:
    ticket = make_ticket(queue, requester=by, subject=subject, text=text, now=later(minutes))
    triage(ticket, now=NOW, may_route=True)
    ticket.refresh_from_db()
    return ticket


def test_the_same_again_may_belong_to_the_open_ticket(queue: Queue, petra: User) -> None:
    first = _ask(queue, petra, "Etikettendrucker", TEXT)
    again = _ask(queue, petra, "Drucker Lager", f"Hallo, {TEXT} Wann kommt jemand?", 30)

    assert first.related_to is None
    assert again.related_to == first


@pytest.mark.parametrize(
    "text", ["Der Scanner im Lager geht nicht.", "Bitte um ein neues Headset für den Empfang.", ""]
)
def test_another_matter_stands_alone(queue: Queue, petra: User, text: str) -> None:
    _ask(queue, petra, "Etikettendrucker", TEXT)
    assert _ask(queue, petra, "Andere Frage", text, 5).related_to is None


def test_neither_other_people_nor_done_or_old_tickets_count(queue: Queue, petra: User) -> None:
    _ask(queue, make_user("ute@kunde.example"), "Etikettendrucker", TEXT)
    done = _ask(queue, petra, "Etikettendrucker", TEXT)
    Ticket.objects.filter(pk=done.pk).update(state="resolved")
    assert _ask(queue, petra, "Etikettendrucker", TEXT, 5).related_to is None

    Ticket.objects.update(state="resolved")
    assert _ask(queue, petra, "Etikettendrucker", TEXT, 60 * 24 * 15).related_to is None


def test_who_said_that_it_is_its_own_matter_is_not_asked_again(queue: Queue, petra: User) -> None:
    _ask(queue, petra, "Etikettendrucker", TEXT)
    again = _ask(queue, petra, "Etikettendrucker", TEXT, 5)
    Ticket.objects.filter(pk=again.pk).update(related_to=None)

    triage(again, now=NOW, may_route=True)

    again.refresh_from_db()
    assert again.related_to is None
