"""The sweep: what is due fires once, whoever else sweeps, works on a ticket, or fails."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sla.models import EscalationStep
from sla.operations.policies import Step
from tests.factories import later, make_policy, make_queue, make_ticket
from tickets import timers
from tickets.models import Clock, EscalationFire, Ticket

pytestmark = pytest.mark.django_db

BROKEN = [{"do": "tell_requester"}]  # without a text, which no operation saves


def _breached() -> list[int]:
    found = Clock.objects.filter(state=Clock.State.BREACHED, metric="first_response").order_by("ticket")
    return list(found.values_list("ticket_id", flat=True))


def test_a_clock_that_fails_holds_up_no_other_and_is_tried_again_a_minute_later(caplog):
    policy = make_policy(30, steps=())
    EscalationStep.objects.create(
        version=policy.versions.get(), position=1, metric="first_response", offset_minutes=0, actions=BROKEN
    )
    bad = make_ticket(make_queue(policy=policy))
    good = make_ticket(make_queue(policy=make_policy(31)))

    done = timers.fire_due(later(40))

    assert (done, _breached()) == (1, [good.pk])
    clock = bad.clocks.get(metric="first_response")
    assert (clock.state, clock.wake_at) == (Clock.State.RUNNING, later(41))
    assert f"Clock {clock.pk} of ticket {bad.pk} failed." in caplog.text
    assert not EscalationFire.objects.filter(ticket=bad).exists()


def test_a_sweep_goes_on_past_what_it_has_fired_and_ends_at_its_limit():
    queue = make_queue(policy=make_policy(30))
    tickets = [make_ticket(queue, now=later(number)) for number in (0, 0, 2, 1)]

    assert timers.fire_due(later(40), limit=3) == 3
    assert _breached() == sorted([tickets[0].pk, tickets[1].pk, tickets[3].pk])
    assert [timers.fire_due(later(40)), timers.fire_due(later(40))] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_a_ticket_somebody_works_on_waits_for_the_next_sweep_and_the_others_do_not():
    queue = make_queue(policy=make_policy(30))
    held, free = make_ticket(queue), make_ticket(queue)

    with transaction.atomic(), ThreadPoolExecutor(1) as elsewhere:
        Ticket.objects.locked(held.pk)
        assert elsewhere.submit(_sweep).result() == 1
    assert _breached() == [free.pk]

    assert _sweep() == 1
    assert _breached() == [held.pk, free.pk]


def _sweep() -> int:
    try:
        return timers.fire_due(later(40))
    finally:
        connection.close()


def test_a_clock_that_only_runs_out_costs_four_statements_and_the_frame_of_a_transaction():
    queue = make_queue(policy=make_policy(30, steps=()))
    make_ticket(queue), make_ticket(queue)
    timers.fire_due(later(30), limit=1)

    with CaptureQueriesContext(connection) as said:
        timers.fire_due(later(30), limit=1)

    names = [query["sql"].split()[0] for query in said.captured_queries]
    assert [name for name in names if name not in ("SAVEPOINT", "RELEASE")] == ["SELECT", "UPDATE", "UPDATE", "INSERT"]


def test_a_deadline_and_the_steps_around_it_that_were_missed_are_taken_in_order():
    warn = ({"do": "notify", "whom": ["leads"]},)
    steps = [Step("first_response", offset, warn) for offset in (5, -10, 0)]
    ticket = make_ticket(make_queue(policy=make_policy(30, steps=steps)))

    timers.fire_due(later(60))

    fires = EscalationFire.objects.filter(ticket=ticket).values_list("due_at", "at")
    assert list(fires) == [(later(minutes), later(60)) for minutes in (20, 30, 35)]
    clock = Ticket.objects.get(pk=ticket.pk).clocks.get(metric="first_response")
    assert (clock.state, clock.breached_at, clock.wake_at) == (Clock.State.BREACHED, later(60), None)
    assert ticket.events.get(kind="breached").facts["late_by"] == timedelta(minutes=30).total_seconds()
