"""What triage learnt stands beside the ticket: only what this person may see, by a constant number of queries."""

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from people.models import User
from tests.factories import NOW, make_agent, make_article, make_queue, make_ticket
from tickets.help import solutions
from tickets.models import Queue, Suggestion, Ticket, Triage

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(db: None) -> Queue:
    return make_queue(is_default=True, name_en="First level")


def _show(ticket: Ticket, user: User) -> str:
    request = RequestFactory().get("/")
    request.user = user
    context = Context({"ticket": ticket, "request": request, "now": NOW})
    return Template('{% include "tickets/_learnt.html" %}').render(context)


def _learn(ticket: Ticket, like: list[Ticket], queues: list[list[float]] | None = None) -> None:
    learnt = {
        "version": 3, "like": [[one.pk, 0.8] for one in like], "queues": queues or [], "priorities": [],
        "queue_words": ["Netzlaufwerk"],
    }  # fmt: skip
    Triage.objects.update_or_create(ticket=ticket, defaults={"at": NOW, "learnt": learnt})


def test_only_similar_tickets_this_person_may_see_are_named(queue: Queue) -> None:
    agent, hidden = make_agent(queue), make_queue(is_default=False)
    ticket = make_ticket(queue)
    _learn(ticket, [make_ticket(queue, subject="Tunnel reißt ab"), make_ticket(hidden, subject="Kündigung Frau M.")])

    shown = _show(ticket, agent)

    assert "Tunnel reißt ab" in shown
    assert "Kündigung" not in shown


def test_a_likely_queue_is_named_unless_the_ticket_is_there(queue: Queue) -> None:
    agent, network = make_agent(queue), make_queue(is_default=False, name_de="Netz", name_en="Network")
    ticket = make_ticket(queue)
    _learn(ticket, [], [[network.pk, 0.83]])
    with override("en"):
        shown = _show(ticket, agent)
    assert "83 %" in shown
    assert "What says so: “Netzlaufwerk”." in shown
    assert "version 3" in shown

    Ticket.objects.filter(pk=ticket.pk).update(specialists=network)
    ticket.refresh_from_db()
    with override("en"):
        shown = _show(ticket, agent)
    assert "83 %" not in shown
    assert "Netzlaufwerk" not in shown


def test_without_a_model_nothing_is_said(queue: Queue) -> None:
    assert _show(make_ticket(queue), make_agent(queue)).strip() == ""


@pytest.mark.parametrize(
    ("confidence", "words"), [(0.95, "very likely"), (0.7, "likely"), (0.2, "perhaps"), (None, "")]
)
def test_confidence_is_said_in_words(queue: Queue, confidence: float | None, words: str) -> None:
    evidence = {} if confidence is None else {"version": 1, "confidence": confidence, "like": []}
    ticket = make_ticket(queue)
    Suggestion.objects.create(ticket=ticket, position=1, text=make_article(), score=1, words=["vpn"], evidence=evidence)

    with override("en"):
        assert solutions(ticket, make_agent(role="lead"))[0].likelihood == words


def test_one_and_three_similar_tickets_take_the_same_queries(queue: Queue) -> None:
    agent = make_agent(queue)
    ticket = make_ticket(queue)
    _learn(ticket, [ticket])
    _show(ticket, agent)  # the queues of an agent are asked for once
    counts = []
    for number in (1, 3):
        _learn(ticket, [make_ticket(queue, subject=f"like {one}") for one in range(number)])
        ticket = Ticket.objects.select_related("triage").get(pk=ticket.pk)
        with CaptureQueriesContext(connection) as taken:
            assert _show(ticket, agent).count("<li>") == number
        counts.append(len(taken))
    assert counts[0] == counts[1]
