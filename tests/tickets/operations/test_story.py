"""The life of a ticket through its operations."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories import NOW, later, make_agent, make_article, make_levels, make_policy, make_ticket
from tickets import relay, timers
from tickets.models import Clock, Event, Message, SolutionAttempt, Ticket
from tickets.operations import (
    assigning,
    escalation,
    holding,
    noting,
    prioritising,
    reopening,
    replying,
    resolution,
    routing,
    trying,
    voiding,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.values_list("kind", flat=True))


def test_a_request_is_answered_resolved_and_confirmed() -> None:
    first, _ = make_levels(make_policy())
    agent = make_agent(first)
    ticket = make_ticket(first)

    assigning.take(ticket, by=agent, now=later(5))
    replying.reply(ticket, text="Bitte neu starten.", by=agent, now=later(10))
    resolution.resolve(ticket, solution="Neustart", by=agent, now=later(20))
    resolution.confirm(ticket, by=ticket.requester, now=later(30))

    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.CLOSED
    assert ticket.confirmed is True
    assert kinds(ticket) == ["opened", "assigned", "replied", "resolved", "closed"]
    assert set(ticket.clocks.values_list("metric", "state")) == {("first_response", "met"), ("resolution", "met")}


def test_a_clock_that_runs_out_escalates_once_and_keeps_the_case_owner() -> None:
    first, second = make_levels(make_policy(first_response=30))
    agent = make_agent(first)
    ticket = make_ticket(first)
    assigning.take(ticket, by=agent, now=later(1))

    assert [timers.fire_due(later(29)), timers.fire_due(later(31)), timers.fire_due(later(32))] == [0, 1, 0]

    ticket.refresh_from_db()
    assert (ticket.queue, ticket.assignee, ticket.case_owner) == (second, None, agent)
    assert kinds(ticket) == ["opened", "assigned", "escalated", "breached"] or kinds(ticket) == [
        "opened", "assigned", "breached", "escalated",
    ]  # fmt: skip
    assert ticket.breached


def test_waiting_for_the_requester_moves_the_deadline_by_the_pause() -> None:
    first, _ = make_levels(make_policy(resolution=100))
    agent = make_agent(first)
    ticket = make_ticket(first)
    replying.reply(ticket, text="Welches Gerät?", by=agent, now=later(10))

    holding.hold(ticket, state=Ticket.State.PENDING_CUSTOMER, by=agent, now=later(10))
    ticket.refresh_from_db()
    assert (ticket.next_due_at, ticket.next_due_paused) == (None, True)
    assert timers.fire_due(later(500)) == 0
    replying.receive_message(ticket, author=ticket.requester, text="NB-1", channel=Ticket.Channel.EMAIL, now=later(600))

    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.OPEN
    assert ticket.next_due_at == later(690)
    assert timers.fire_due(later(689)) == 0
    assert timers.fire_due(later(690)) == 1


def test_an_automatic_answer_changes_no_state() -> None:
    first, _ = make_levels(make_policy())
    agent = make_agent(first)
    ticket = make_ticket(first)
    holding.hold(ticket, state=Ticket.State.PENDING_CUSTOMER, by=agent, now=later(10))

    replying.receive_message(
        ticket, author=ticket.requester, text="Ich bin im Urlaub.", channel=Ticket.Channel.EMAIL, now=later(11),
        auto_generated=True,
    )  # fmt: skip

    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.PENDING_CUSTOMER


def test_notes_stay_out_of_the_public_messages() -> None:
    ticket = make_ticket()
    agent = make_agent(ticket.queue)

    noting.note(ticket, text="Kunde ist verärgert.", by=agent, now=later(1))

    assert list(ticket.messages.values_list("kind", flat=True)) == ["customer"]
    assert Message.objects.filter(kind="note").count() == 0
    assert Message.with_notes.filter(ticket=ticket).count() == 2


def test_events_can_be_neither_changed_nor_deleted() -> None:
    event = make_ticket().events.get()

    for sql in ("UPDATE tickets_event SET kind = 'closed' WHERE id = %s", "DELETE FROM tickets_event WHERE id = %s"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [event.pk])

    assert Event.objects.get(pk=event.pk).kind == "opened"


def test_a_second_taker_learns_who_was_faster() -> None:
    ticket = make_ticket()
    fast, slow = make_agent(ticket.queue), make_agent(ticket.queue)
    assigning.take(ticket, by=fast, now=later(1))

    with pytest.raises(assigning.AlreadyTaken) as refusal:
        assigning.take(ticket, by=slow, now=later(1))

    assert refusal.value.holder == fast


def test_a_ticket_with_nowhere_to_go_is_not_escalated() -> None:
    _, second = make_levels()
    ticket = make_ticket(second)

    with pytest.raises(escalation.CannotEscalate):
        escalation.escalate(ticket, reason="?", by=None, now=later(1))

    assert kinds(ticket) == ["opened"]


def test_an_answer_does_not_cross_a_newer_message() -> None:
    ticket = make_ticket()
    agent = make_agent(ticket.queue)
    seen = ticket.messages.get().pk
    newer = replying.receive_message(
        ticket, author=ticket.requester, text="Hat sich erledigt.", channel=Ticket.Channel.EMAIL, now=later(1)
    )

    with pytest.raises(replying.Overtaken) as refusal:
        replying.reply(ticket, text="Bitte neu starten.", by=agent, now=later(2), seen=seen)

    assert refusal.value.message == newer


def test_reopening_runs_the_clock_on_and_marks_the_solution_as_failed() -> None:
    first, _ = make_levels(make_policy(resolution=100))
    agent = make_agent(first)
    ticket = make_ticket(first)
    trying.try_solution(ticket, text=make_article(), by=agent, now=later(5))
    resolution.resolve(ticket, solution="Reparatur", by=agent, now=later(40))

    reopening.reopen(ticket, by=ticket.requester, now=later(1000), reason="geht nicht")

    ticket.refresh_from_db()
    assert (ticket.state, ticket.reopen_count) == (Ticket.State.OPEN, 1)
    assert ticket.next_due_at == later(1060)
    assert ticket.attempts.get().outcome == SolutionAttempt.Outcome.FAILED


def test_a_higher_priority_and_another_queue_recompute_the_deadline_from_the_start() -> None:
    first, _ = make_levels(make_policy(resolution=100))
    second, _ = make_levels(make_policy(first_response=20, resolution=50))
    ticket = make_ticket(first)

    routing.route(ticket, to=second, by=None, now=later(10))
    prioritising.prioritise(ticket, by=None, now=later(21), urgency=3)

    ticket.refresh_from_db()
    clock = ticket.clocks.get(metric=Clock.Metric.RESOLUTION, state=Clock.State.RUNNING)
    assert (clock.due_at, clock.started_at, clock.generation) == (later(50), NOW, 2)


def test_a_void_ticket_promises_nothing_and_disappears_for_its_requester() -> None:
    first, _ = make_levels(make_policy())
    agent = make_agent(first)
    ticket = make_ticket(first)

    voiding.void(ticket, reason=Ticket.VoidReason.SPAM, by=agent, now=later(1))

    assert timers.fire_due(later(10_000)) == 0
    assert list(Ticket.objects.visible_to(ticket.requester)) == []
    assert list(Ticket.objects.visible_to(agent)) == [ticket]


def test_the_relay_tells_each_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = make_ticket()

    assert relay.relay_due(later(1)) == 1
    assert relay.relay_due(later(2)) == 0

    assert ticket.triage is not None
