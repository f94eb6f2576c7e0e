"""The sweep: what is due fires once, whoever else sweeps, works on a ticket, or fails."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from people.models import User
from sla.models import EscalationStep
from sla.operations.policies import Step
from tests.factories import later, make_agent, make_levels, make_policy, make_queue, make_ticket
from tickets import timers
from tickets.models import Clock, EscalationFire, Ticket
from tickets.operations import holding
from tickets.operations.replying import reply

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
    assert f"Clock {clock.pk} failed." in caplog.text
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


WARN = ({"do": "notify", "whom": ["leads"]},)


def test_many_that_run_out_and_warn_cost_as_much_as_one():
    queue = make_queue(policy=make_policy(30, steps=[Step("first_response", 0, WARN), Step("resolution", 0, WARN)]))
    make_agent(queue, role=User.Role.LEAD)

    def cost(tickets: int) -> int:
        for _ in range(tickets):
            make_ticket(queue)
        with CaptureQueriesContext(connection) as said:
            assert timers.fire_due(later(30), limit=tickets) == tickets
        return len(said)

    assert cost(1) == cost(20)


def test_two_promises_of_a_ticket_that_run_out_together_are_both_broken():
    ticket = make_ticket(make_queue(policy=make_policy(30, 30, steps=())))

    assert timers.fire_due(later(40)) == 2

    assert {clock.state for clock in ticket.clocks.all()} == {Clock.State.BREACHED}
    before, ticket = ticket.version, Ticket.objects.get(pk=ticket.pk)
    assert (ticket.breached, ticket.version) == (True, before + 2)
    assert ticket.events.filter(kind="breached").count() == 2


def test_what_moves_its_ticket_and_what_only_warns_are_done_in_one_sweep():
    first, second = make_levels(make_policy(30, steps=[Step("first_response", 0, ({"do": "move"},))]))
    warned = make_queue(policy=make_policy(30, steps=[Step("first_response", -10, WARN)]))
    make_agent(second), make_agent(warned, role=User.Role.LEAD)
    tickets = [make_ticket(queue) for queue in (first, warned, first, warned)]

    assert timers.fire_due(later(40)) == 4

    assert [Ticket.objects.get(pk=ticket.pk).queue for ticket in tickets] == [second, warned, second, warned]
    assert [list(ticket.events.filter(kind="warned").values_list("at", flat=True)) for ticket in tickets[1::2]] == [
        [later(40)], [later(40)],
    ]  # fmt: skip
    kinds = [tuple(ticket.events.order_by("pk").values_list("kind", flat=True)) for ticket in tickets]
    assert kinds[1] == ("opened", "warned", "breached")
    assert kinds[0][:2] == ("opened", "breached")
    assert EscalationFire.objects.count() == 4


def test_one_that_cannot_be_written_does_not_take_the_others_with_it(caplog):
    warned = make_queue(policy=make_policy(30, steps=[Step("first_response", 0, WARN)]))
    bad, good = make_ticket(warned), make_ticket(warned)
    taken = bad.clocks.get(metric="first_response")
    with connection.cursor() as cursor:  # the event stands already, as no operation leaves it
        cursor.execute(
            "INSERT INTO tickets_event (ticket_id, kind, at, clock_id, facts, relay_tries, relay_error) "
            "VALUES (%s, 'breached', now(), %s, '{}', 0, '')", [bad.pk, taken.pk],
        )  # fmt: skip

    assert timers.fire_due(later(40)) == 1

    assert _breached() == [good.pk]
    taken.refresh_from_db()
    assert (taken.wake_at, EscalationFire.objects.get().ticket) == (later(41), good)


@pytest.mark.django_db(transaction=True)
def test_a_reminder_of_a_ticket_somebody_works_on_waits_and_one_that_fails_holds_up_no_other(monkeypatch, caplog):
    queue = make_queue()
    agent = make_agent(queue)
    held, broken, free = (make_ticket(queue) for _ in range(3))
    for ticket in (held, broken, free):
        holding.hold(ticket, state=Ticket.State.SCHEDULED, by=agent, now=later(0), until=later(9))
    resume = holding.resume

    def fails_once(ticket, **named):
        if ticket == broken:
            raise RuntimeError("no")
        return resume(ticket, **named)

    monkeypatch.setattr(holding, "resume", fails_once)

    def sweep():
        try:
            return timers.wake_scheduled(later(10))
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as elsewhere:
        Ticket.objects.locked(held.pk)
        assert elsewhere.submit(sweep).result() == 1

    states = [Ticket.objects.get(pk=ticket.pk).state for ticket in (held, broken, free)]
    assert states == ["scheduled", "scheduled", "open"]
    assert f"Ticket {broken.pk} waits" in caplog.text


def test_a_lead_who_was_let_go_is_no_reason_to_warn_nobody():
    queue = make_queue(
        policy=make_policy(30, steps=[Step("first_response", 0, ({"do": "notify", "whom": ["queue_lead"]},))])
    )
    make_agent(queue, level=4, is_active=False)
    lead = make_agent(role=User.Role.LEAD)
    ticket = make_ticket(queue)

    timers.fire_due(later(30))

    assert ticket.events.get(kind="warned").facts["to"] == [lead.pk]


def test_an_answer_after_the_deadline_is_late_though_no_sweep_saw_it():
    queue = make_queue(policy=make_policy(30))
    ticket = make_ticket(queue)

    reply(ticket, text="Spät", by=make_agent(queue), now=later(31))

    assert Ticket.objects.get(pk=ticket.pk).breached
