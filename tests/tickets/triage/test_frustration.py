"""How fed up is the requester: facts weigh more than words, each with its reason, for agents alone."""

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils.translation import override

from tests.factories import NOW, later, make_agent, make_queue, make_ticket
from tickets import queries
from tickets.models import Event, Phrase, Queue, Ticket, Triage
from tickets.operations.replying import receive_message, reply
from tickets.triage.feeling import feel
from tickets.triage.frustration import UPSET, Facts, weigh

PHRASES = ["immer noch nicht", "still waiting"]


def points(facts: Facts, text: str = "") -> int:
    return sum(reason.points for reason in weigh(facts, text, PHRASES))


@pytest.mark.parametrize(
    "text", ["IMMER NOCH NICHT!! still waiting", "ICH WILL JETZT SOFORT EINE ANTWORT!! immer noch nicht"]
)
def test_words_alone_never_suffice(text: str) -> None:
    assert 0 < points(Facts(), text) < UPSET


def test_facts_alone_suffice() -> None:
    assert points(Facts(reopened=1, breached=True)) >= UPSET
    assert points(Facts(unanswered=4)) >= UPSET
    assert points(Facts()) == points(Facts(unanswered=1, hops=1)) == 0


def test_product_names_in_capitals_are_no_shouting() -> None:
    assert points(Facts(), "BIOS und UEFI melden einen Fehler.") == 0


def test_every_point_has_a_reason() -> None:
    found = weigh(Facts(reopened=2, unanswered=3), "Es geht immer  noch nicht", PHRASES)

    assert [(one.kind, one.points, one.detail) for one in found] == [
        ("reopened", 4, "2"), ("unanswered", 2, "3"), ("words", 1, "immer noch nicht"),
    ]  # fmt: skip


@pytest.fixture
def queue(db: None) -> Queue:
    return make_queue(is_default=True)


def _feel(ticket: Ticket) -> Ticket:
    feel(Event.objects.filter(ticket=ticket).latest("pk"))
    ticket.refresh_from_db()
    return ticket


def _write(ticket: Ticket, text: str, minutes: int) -> None:
    receive_message(ticket, text=text, author=ticket.requester, channel="email", now=later(minutes))


def test_messages_without_an_answer_add_up_and_an_answer_clears_them(queue: Queue) -> None:
    agent = make_agent(queue)
    ticket = make_ticket(queue)
    Triage.objects.create(ticket=ticket, at=NOW)
    for number in range(1, 5):
        _write(ticket, "Wir warten immer noch nicht bedient.", number)
    assert _feel(ticket).upset >= UPSET
    assert [one.pk for one in queries.page_of(queries.pick(agent, {"view": "upset"}, NOW, [])).tickets] == [ticket.pk]

    reply(ticket, text="Ich rufe Sie sofort an.", by=agent, now=later(10))

    assert _feel(ticket).upset < UPSET
    assert queries.page_of(queries.pick(agent, {"view": "upset"}, NOW, [])).tickets == []


def test_the_agent_sees_the_reasons_and_the_requester_nothing(queue: Queue, client: Client) -> None:
    agent = make_agent(queue, language="en")
    ticket = make_ticket(queue, subject="Still waiting")
    Ticket.objects.filter(pk=ticket.pk).update(reopen_count=2, breached=True)
    Triage.objects.create(ticket=ticket, at=NOW)
    _feel(ticket)

    with override("en"):
        said = Template("{% load assessed %}{% upset_because ticket as all %}{{ all|join:', ' }}").render(
            Context({"ticket": ticket})
        )
    assert said == "reopened 2 times, waited longer than promised, wrote “still waiting”"
    client.force_login(agent)
    assert "upset" in client.get(f"/tickets/{ticket.pk}/").content.decode()
    client.force_login(ticket.requester)
    assert "upset" not in client.get(f"/portal/requests/{ticket.pk}/").content.decode()


def test_feeling_twice_changes_nothing_and_a_done_ticket_is_calm(queue: Queue) -> None:
    ticket = make_ticket(queue)
    Ticket.objects.filter(pk=ticket.pk).update(reopen_count=2)
    first = _feel(ticket).upset
    assert _feel(ticket).upset == first > 0

    Ticket.objects.filter(pk=ticket.pk).update(state="resolved")
    assert _feel(ticket).upset == 0


@pytest.mark.django_db
def test_a_list_of_phrases_is_shipped_in_both_languages() -> None:
    assert {phrase.language for phrase in Phrase.objects.all()} == {"de", "en"}
