"""Ten people do the same thing to the same ticket at the same moment, ten times over: one wins, nothing is torn."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from people.models import User
from tests.factories import later, make_agent, make_handover, make_levels, make_policy, make_ticket
from tickets.models import Clock, Event, Message, Ticket
from tickets.operations import assigning, escalation, handing_over, replying, resolution

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10
PEOPLE = 10


def race(
    act: Callable[[User], object], people: list[User], refusal: type[Exception] | tuple[type[Exception], ...]
) -> int:
    """Let everybody act at once and return how many were not refused."""
    start = Barrier(len(people))

    def run(person: User) -> bool:
        try:
            start.wait()
            act(person)
        except refusal:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(people)) as pool:
        return sum(pool.map(run, people))


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


@pytest.fixture
def stage() -> tuple[list[Ticket], list[User]]:
    first, _ = make_levels(make_policy())
    return [make_ticket(first) for _ in range(ROUNDS)], [make_agent(first) for _ in range(PEOPLE)]


def test_one_of_ten_takers_gets_the_ticket(stage: tuple[list[Ticket], list[User]]) -> None:
    tickets, people = stage

    for ticket in tickets:
        wins = race(lambda p, t=ticket: assigning.take(t, by=p, now=later(1)), people, assigning.AlreadyTaken)

        ticket.refresh_from_db()
        assert wins == 1
        assert kinds(ticket) == ["opened", "assigned"]
        assert ticket.events.get(kind=Event.Kind.ASSIGNED).by == ticket.assignee


def test_one_of_ten_escalations_moves_the_ticket_one_level(stage: tuple[list[Ticket], list[User]]) -> None:
    tickets, people = stage

    for ticket in tickets:
        wins = race(
            lambda p, t=ticket: escalation.escalate(t, reason="?", by=p, now=later(1)),
            people,
            escalation.CannotEscalate,
        )

        target = ticket.queue.escalates_to
        ticket.refresh_from_db()
        assert (wins, kinds(ticket), ticket.queue) == (1, ["opened", "escalated"], target)


def test_one_of_ten_accepts_a_hand_over(stage: tuple[list[Ticket], list[User]]) -> None:
    tickets, people = stage
    second = tickets[0].queue.escalates_to
    assert second is not None
    specialists = [make_agent(second) for _ in range(PEOPLE)]

    for ticket in tickets:
        make_handover(ticket, second, by=people[0], now=later(1))
        wins = race(
            lambda p, t=ticket: handing_over.accept(t, by=p, now=later(2)), specialists, handing_over.CannotAccept
        )

        ticket.refresh_from_db()
        assert (wins, kinds(ticket)) == (1, ["opened", "escalated", "accepted"])
        assert ticket.handovers.get().accepted_by == ticket.assignee


def test_accepting_and_withdrawing_at_once_leave_one_of_them(stage: tuple[list[Ticket], list[User]]) -> None:
    tickets, people = stage
    first, second = tickets[0].queue, tickets[0].queue.escalates_to
    assert second is not None
    owner, specialists = people[0], [make_agent(second) for _ in range(3)]

    for ticket in tickets:
        make_handover(ticket, second, by=owner, now=later(1))

        def act(person: User, t: Ticket = ticket) -> None:
            if person == owner:
                handing_over.withdraw(t, by=person, now=later(2))
            else:
                handing_over.accept(t, by=person, now=later(2))

        wins = race(act, [owner, *specialists], (handing_over.CannotAccept, handing_over.CannotWithdraw))

        ticket.refresh_from_db()
        state = ticket.handovers.get().state
        assert wins == 1
        assert (state, ticket.queue, ticket.offered_at) in [("accepted", second, None), ("withdrawn", first, None)]


def test_one_of_ten_resolutions_stands(stage: tuple[list[Ticket], list[User]]) -> None:
    tickets, people = stage

    for ticket in tickets:
        wins = race(
            lambda p, t=ticket: resolution.resolve(t, solution=p.name, by=p, now=later(1)),
            people,
            resolution.CannotResolve,
        )

        ticket.refresh_from_db()
        event = ticket.events.get(kind=Event.Kind.RESOLVED)
        assert wins == 1
        assert event.by is not None
        assert ticket.resolution == event.by.name
        assert set(ticket.clocks.values_list("state", flat=True)) == {Clock.State.MET}


def test_one_of_ten_answers_to_the_same_message_leaves(stage: tuple[list[Ticket], list[User]]) -> None:
    tickets, people = stage

    for ticket in tickets:
        seen = ticket.messages.get().pk
        wins = race(
            lambda p, t=ticket, s=seen: replying.reply(t, text=f"Von {p}", by=p, now=later(1), seen=s),
            people,
            replying.Overtaken,
        )

        assert wins == 1
        assert kinds(ticket) == ["opened", "replied"]
        assert Message.objects.filter(ticket=ticket).count() == 2


def test_a_clock_fires_once_however_many_sweep(stage: tuple[list[Ticket], list[User]]) -> None:
    from tickets import timers

    tickets, people = stage

    race(lambda _: [timers.fire_due(later(61)) for _ in range(3)], people, ZeroDivisionError)

    assert [kinds(ticket).count("breached") for ticket in tickets] == [1] * ROUNDS
    assert [kinds(ticket).count("escalated") for ticket in tickets] == [1] * ROUNDS
