"""Stored deadlines are what their history says."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.factories import later, make_agent, make_levels, make_policy, make_ticket
from tickets import reconciling
from tickets.models import Clock, Ticket
from tickets.operations import holding, prioritising, reopening, replying, resolution, routing
from tickets.reconciling import differences, reconcile

pytestmark = pytest.mark.django_db


def test_deadlines_agree_with_their_history_after_every_kind_of_change() -> None:
    first, _ = make_levels(make_policy(resolution=300, always_open=False))
    other, _ = make_levels(make_policy(resolution=500))
    agent = make_agent(first)
    ticket = make_ticket(first)

    replying.reply(ticket, text="Welches Gerät?", by=agent, now=later(10))
    holding.hold(ticket, state=Ticket.State.PENDING_CUSTOMER, by=agent, now=later(20))
    replying.receive_message(
        ticket, author=ticket.requester, text="NB-1", channel=Ticket.Channel.EMAIL, now=later(4000)
    )
    prioritising.prioritise(ticket, by=agent, now=later(4001), urgency=3)
    resolution.resolve(ticket, solution="Tausch", by=agent, now=later(4010))
    reopening.reopen(ticket, by=ticket.requester, now=later(6000))
    routing.route(ticket, to=other, by=agent, now=later(6001))

    assert ticket.clocks.filter(state=Clock.State.RUNNING).count() == 1
    assert list(differences()) == []


def test_a_deadline_that_was_tampered_with_raises_the_alarm() -> None:
    first, _ = make_levels(make_policy())
    ticket = make_ticket(first)
    clock = ticket.clocks.get(metric=Clock.Metric.RESOLUTION)
    assert clock.due_at is not None
    Clock.objects.filter(pk=clock.pk).update(due_at=clock.due_at + timedelta(minutes=1))

    [difference] = differences()
    assert (difference.ticket, difference.metric) == (ticket.pk, "resolution 1")
    assert reconcile(now=later(1)).details == [str(difference)]
    with pytest.raises(CommandError):
        call_command("run_timers", "--check", stdout=StringIO(), stderr=StringIO())


def test_timers_run_by_hand_fire_what_is_due() -> None:
    first, second = make_levels(make_policy(first_response=30))
    ticket = make_ticket(first, now=timezone.now() - timedelta(hours=1))

    call_command("run_timers", "--once", stdout=StringIO())

    ticket.refresh_from_db()
    assert ticket.queue == second


def test_an_open_ticket_whose_only_clock_is_gone_raises_the_alarm() -> None:
    first, _ = make_levels(make_policy())
    ticket = make_ticket(first)
    Clock.objects.update(state=Clock.State.CANCELLED, ended_at=later(1), wake_at=None)

    assert {difference.ticket for difference in differences()} == {ticket.pk}


def test_what_only_looked_different_while_somebody_worked_on_it_raises_none(monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = make_levels(make_policy())
    make_ticket(first)
    real, asked = reconciling.differences, []

    def once_wrong(tickets: Iterable[int] | None = None) -> Iterator[reconciling.Difference]:
        asked.append(tickets)
        if tickets is None:
            yield reconciling.Difference(Ticket.objects.get().pk, "resolution 1", "before", "after")
        else:
            yield from real(tickets)

    monkeypatch.setattr(reconciling, "differences", once_wrong)

    assert (reconcile(now=later(1)).different, len(asked)) == (0, 2)
