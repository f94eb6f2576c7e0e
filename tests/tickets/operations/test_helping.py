"""A solution is sent, its reader says whether it helped, once; what follows from it, and what is asked in the mail."""

from datetime import timedelta

import pytest

from notifications.letters import write
from notifications.models import Delivery
from people.models import User
from tests.factories import NOW, later, make_agent, make_article, make_levels, make_ticket, make_user
from tickets.models import Event, Queue, SolutionAttempt, Ticket
from tickets.operations.answering import Then, answer
from tickets.operations.helping import CannotSay, say_it_did_not_help, say_it_helped
from tickets.operations.reopening import reopen
from tickets.operations.resolution import confirm, resolve
from tickets.operations.self_answering import CannotAnswer, answer_by_itself
from tickets.operations.trying import try_solution

pytestmark = pytest.mark.django_db
STEPS = "1. Software Center öffnen.\n2. »VPN-Reparatur« starten.\n3. Neu starten."


@pytest.fixture
def queue() -> Queue:
    return make_levels()[0]


@pytest.fixture
def agent(queue: Queue) -> User:
    return make_agent(queue)


@pytest.fixture
def ticket(queue: Queue) -> Ticket:
    return make_ticket(queue, requester=make_user("petra@kunde.example"))


def sent(ticket: Ticket, agent: User, then: Then = Then.WAIT) -> SolutionAttempt:
    attempt = try_solution(ticket, text=make_article(), by=agent, now=NOW)
    answer(ticket, text=f"Guten Tag,\n\n{STEPS}", by=agent, now=later(5), then=then)
    attempt.refresh_from_db()
    return attempt


def letter(ticket: Ticket, kind: str) -> str:
    event = Event.objects.filter(ticket=ticket, kind=kind).latest("pk")
    found = write(Delivery(event=event, recipient=ticket.requester, medium="mail"))
    return " ".join([found.question, *(link.url for link in found.links)])


def test_the_answer_that_carries_a_solution_asks_about_it(ticket: Ticket, agent: User) -> None:
    attempt = sent(ticket, agent)

    assert (attempt.asked_at, attempt.message) == (later(5), ticket.messages.latest("pk"))
    assert f"/solutions/{attempt.pk}/?helped=yes" in letter(ticket, "replied")


def test_an_answer_about_something_else_asks_nothing(ticket: Ticket, agent: User) -> None:
    attempt = try_solution(ticket, text=make_article(), by=agent, now=NOW)

    answer(ticket, text="Welches Gerät benutzen Sie?", by=agent, now=later(5))

    attempt.refresh_from_db()
    assert attempt.asked_at is None
    assert letter(ticket, "replied") == ""


def test_what_was_cleared_up_on_the_phone_is_not_asked(ticket: Ticket, agent: User) -> None:
    attempt = try_solution(ticket, text=make_article(), by=agent, now=NOW, outcome=SolutionAttempt.Outcome.WORKED)

    answer(ticket, text=STEPS, by=agent, now=later(5))

    attempt.refresh_from_db()
    assert (attempt.asked_at, attempt.settled_at) == (None, NOW)


@pytest.mark.parametrize("then", [Then.WAIT, Then.RESOLVE])
def test_yes_confirms_and_closes_once(ticket: Ticket, agent: User, then: Then) -> None:
    attempt = sent(ticket, agent, then)

    say_it_helped(ticket, attempt=attempt.pk, by=ticket.requester, now=later(60))

    ticket.refresh_from_db()
    attempt.refresh_from_db()
    assert (ticket.state, ticket.confirmed) == ("closed", True)
    assert (attempt.outcome, attempt.answered_at) == ("worked", later(60))
    told = Event.objects.filter(ticket=ticket, kind="tried").latest("pk")
    assert (told.by, told.facts["outcome"]) == (ticket.requester, "worked")
    with pytest.raises(CannotSay):
        say_it_did_not_help(ticket, attempt=attempt.pk, by=ticket.requester, now=later(61))


@pytest.mark.parametrize("then", [Then.WAIT, Then.RESOLVE])
def test_no_brings_the_ticket_back_with_the_answer(ticket: Ticket, agent: User, then: Then) -> None:
    attempt = sent(ticket, agent, then)

    say_it_did_not_help(ticket, attempt=attempt.pk, by=ticket.requester, now=later(60), text="Jetzt Fehler 720")

    ticket.refresh_from_db()
    attempt.refresh_from_db()
    assert (ticket.state, ticket.reopen_count) == ("open", int(then == Then.RESOLVE))
    assert (attempt.outcome, ticket.last_customer_at) == ("failed", later(60))
    assert ticket.messages.latest("pk").text.endswith("\n\nJetzt Fehler 720")
    assert ticket.awaits_answer


def test_nobody_says_it_too_late_twice_or_unasked(ticket: Ticket, agent: User) -> None:
    unasked = try_solution(ticket, text=make_article("Anderes", steps="Das Gerät ausschalten."), by=agent, now=NOW)
    attempt = sent(ticket, agent)

    for pk, moment in [(unasked.pk, later(60)), (attempt.pk, later(5) + timedelta(days=30)), (0, later(60))]:
        with pytest.raises(CannotSay):
            say_it_helped(ticket, attempt=pk, by=ticket.requester, now=moment)

    ticket.refresh_from_db()
    assert ticket.is_open


def test_confirming_the_ticket_settles_what_was_tried_last(ticket: Ticket, agent: User) -> None:
    first = try_solution(ticket, text=make_article("Erstes"), by=agent, now=NOW)
    last = try_solution(ticket, text=make_article("Zweites"), by=agent, now=later(1))
    resolve(ticket, solution="x", by=agent, now=later(2))

    confirm(ticket, by=ticket.requester, now=later(3))

    outcomes = [SolutionAttempt.objects.get(pk=one.pk).outcome for one in (first, last)]
    assert outcomes == ["open", "worked"]


def test_reopening_says_of_all_that_was_open_that_it_failed(ticket: Ticket, agent: User) -> None:
    attempt = try_solution(ticket, text=make_article(), by=agent, now=NOW)
    resolve(ticket, solution="x", by=agent, now=later(2))

    reopen(ticket, by=ticket.requester, now=later(3))

    attempt.refresh_from_db()
    assert (attempt.outcome, attempt.settled_at) == ("failed", later(3))


def test_an_automatic_answer_leaves_the_ticket_waiting_and_asks(ticket: Ticket) -> None:
    attempt = answer_by_itself(ticket, text=make_article(), now=later(1))

    ticket.refresh_from_db()
    message = ticket.messages.latest("pk")
    assert (ticket.state, ticket.last_agent_at, ticket.first_response_at) == ("new", None, None)
    assert (message.kind, message.auto_generated, message.author) == ("system", True, None)
    assert "Software Center öffnen" in message.text
    assert f"/solutions/{attempt.pk}/?helped=no" in letter(ticket, "acknowledged")
    with pytest.raises(CannotAnswer):
        answer_by_itself(ticket, text=make_article("Zweites"), now=later(2))


def test_yes_to_an_automatic_answer_solves_without_an_agent(ticket: Ticket) -> None:
    attempt = answer_by_itself(ticket, text=make_article(), now=later(1))

    say_it_helped(ticket, attempt=attempt.pk, by=ticket.requester, now=later(60))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.assignee, ticket.resolved_tier) == ("closed", None, 1)
