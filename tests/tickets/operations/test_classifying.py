"""Of what kind a request is, and what it is about."""

from typing import Any

import pytest

from knowledgebase.models import Category
from tests.factories import NOW, later, make_agent, make_article, make_category, make_ticket
from tickets import conversation
from tickets.models import Event, SolutionAttempt, Ticket
from tickets.operations.classifying import CannotClassify, classify
from tickets.operations.resolution import resolve
from tickets.operations.trying import try_solution

pytestmark = pytest.mark.django_db


def facts_of(ticket: Ticket) -> list[dict[str, Any]]:
    return list(ticket.events.filter(kind=Event.Kind.CLASSIFIED).order_by("pk").values_list("facts", flat=True))


def test_a_request_is_an_incident_about_nothing_known_until_somebody_says_otherwise() -> None:
    ticket = make_ticket()

    assert (ticket.kind, ticket.category) == (Ticket.Kind.INCIDENT, None)


def test_a_request_is_opened_with_what_it_is_and_what_it_is_about() -> None:
    category = make_category()

    ticket = make_ticket(ticket_kind=Ticket.Kind.QUESTION, category=category)

    ticket.refresh_from_db()
    assert (ticket.kind, ticket.category) == (Ticket.Kind.QUESTION, category)


def test_both_are_changed_in_one_go_and_what_was_before_is_remembered() -> None:
    before, after = make_category(), make_category()
    ticket, agent = make_ticket(category=before), make_agent()

    changed = classify(ticket, kind=Ticket.Kind.REQUEST, category=after, by=agent, now=later(5), reason="As she said.")

    ticket.refresh_from_db()
    assert (ticket.kind, ticket.category) == (Ticket.Kind.REQUEST, after)
    assert (changed.version, ticket.updated_at) == (2, later(5))
    assert facts_of(ticket) == [
        {
            "origin": {"kind": "incident", "category": before.pk},
            "target": {"kind": "request", "category": after.pk},
            "reason": "As she said.",
        }
    ]


def test_what_is_not_given_stays_and_a_category_can_be_taken_away() -> None:
    category = make_category()
    ticket, agent = make_ticket(category=category), make_agent()

    classify(ticket, kind=Ticket.Kind.COMPLAINT, by=agent, now=NOW)
    ticket.refresh_from_db()
    assert (ticket.kind, ticket.category) == (Ticket.Kind.COMPLAINT, category)

    classify(ticket, category=None, by=agent, now=NOW)
    ticket.refresh_from_db()
    assert (ticket.kind, ticket.category) == (Ticket.Kind.COMPLAINT, None)


def test_the_same_again_changes_nothing() -> None:
    ticket = make_ticket()

    classify(ticket, kind=Ticket.Kind.INCIDENT, category=None, by=make_agent(), now=NOW)

    ticket.refresh_from_db()
    assert (ticket.version, facts_of(ticket)) == (1, [])


def test_a_done_ticket_stays_what_it_was() -> None:
    ticket, agent = make_ticket(), make_agent()
    resolve(ticket, solution="Neu gestartet.", by=agent, now=NOW)

    with pytest.raises(CannotClassify):
        classify(ticket, kind=Ticket.Kind.REQUEST, by=agent, now=NOW)

    ticket.refresh_from_db()
    assert (ticket.kind, facts_of(ticket)) == (Ticket.Kind.INCIDENT, [])


@pytest.mark.parametrize("outcome", ["open", "worked", "partly"])
def test_a_ticket_without_a_category_takes_that_of_the_solution_it_was_helped_with(outcome: str) -> None:
    category = make_category()
    ticket, text = make_ticket(), make_article(category=category)

    try_solution(ticket, text=text, by=make_agent(), now=NOW, outcome=SolutionAttempt.Outcome(outcome))

    ticket.refresh_from_db()
    event = ticket.events.get(kind=Event.Kind.CLASSIFIED)
    assert ticket.category == category
    assert (event.by, event.facts["reason"]) == (None, "solution")


def test_a_category_that_somebody_chose_is_not_replaced_by_that_of_a_solution() -> None:
    chosen = make_category()
    ticket, text = make_ticket(category=chosen), make_article(category=make_category())

    try_solution(ticket, text=text, by=make_agent(), now=NOW)

    ticket.refresh_from_db()
    assert (ticket.category, facts_of(ticket)) == (chosen, [])


@pytest.mark.parametrize("outcome", ["failed", "na"])
def test_a_solution_that_did_not_help_says_nothing_about_the_ticket(outcome: str) -> None:
    ticket, text = make_ticket(), make_article(category=make_category())

    try_solution(ticket, text=text, by=make_agent(), now=NOW, outcome=SolutionAttempt.Outcome(outcome))

    ticket.refresh_from_db()
    assert ticket.category is None


def test_a_removed_category_leaves_its_tickets_without_one() -> None:
    category = make_category()
    ticket = make_ticket(category=category)

    Category.objects.get(pk=category.pk).delete()

    ticket.refresh_from_db()
    assert ticket.category is None


def test_the_conversation_says_who_changed_what() -> None:
    category = make_category(name_de="Drucker", name_en="Printers")
    ticket, agent = make_ticket(), make_agent()
    classify(ticket, kind=Ticket.Kind.REQUEST, category=category, by=agent, now=NOW)
    classify(ticket, category=None, by=None, now=NOW)

    lines = [entry for entry in conversation.read(ticket, notes=True).entries if isinstance(entry, conversation.Line)]

    assert [line.words for line in lines] == [
        "hat die Art auf Serviceanfrage gesetzt, hat die Kategorie auf Drucker gesetzt",
        "hat die Kategorie entfernt",
    ]
