"""Promising to call back: one promise at a time, kept, taken back, or ended with its ticket."""

import pytest
from django.db import IntegrityError, transaction

from tests.factories import NOW, later, make_agent, make_queue, make_ticket
from tests.tickets.operations.test_races import race
from tickets.models import Callback, Event, Ticket
from tickets.operations.calling_back import (
    CannotPromise,
    NothingPromised,
    NoTime,
    PromisedAlready,
    keep_callback,
    promise_callback,
    withdraw_callback,
)
from tickets.operations.resolution import resolve
from tickets.operations.voiding import void

pytestmark = pytest.mark.django_db


def test_a_promise_is_stored_and_told() -> None:
    queue = make_queue()
    agent, colleague = make_agent(queue), make_agent(queue)
    ticket = make_ticket(queue)

    callback = promise_callback(ticket, until=later(60), words=" Drucker ", owner=colleague, by=agent, now=NOW)

    event = ticket.events.latest("pk")
    assert (callback.owner, callback.until, callback.words, callback.is_open) == (colleague, later(60), "Drucker", True)
    assert (event.kind, event.by) == (Event.Kind.CALLBACK, agent)
    assert event.facts == {"until": later(60).isoformat(), "target": colleague.pk, "words": "Drucker"}
    assert Ticket.objects.get().version == ticket.version + 1


def test_there_is_one_promise_at_a_time_on_a_ticket() -> None:
    agent, ticket = make_agent(), make_ticket()
    promise_callback(ticket, until=later(60), by=agent, now=NOW)

    with pytest.raises(PromisedAlready):
        promise_callback(ticket, until=later(90), by=agent, now=NOW)
    with pytest.raises(IntegrityError, match="callback_one_open"), transaction.atomic():
        Callback.objects.create(ticket=ticket, owner=agent, until=NOW, made_at=NOW, made_by=agent)

    keep_callback(ticket, by=agent, now=later(10))
    promise_callback(ticket, until=later(90), by=agent, now=later(20))
    assert Callback.objects.open().count() == 1


def test_a_promise_needs_a_time_to_come_an_open_ticket_and_somebody_who_works_there() -> None:
    queue = make_queue()
    agent, ticket = make_agent(queue), make_ticket(queue)

    with pytest.raises(CannotPromise):
        promise_callback(ticket, until=NOW, by=agent, now=NOW)
    with pytest.raises(NoTime):
        promise_callback(ticket, by=agent, now=NOW)
    with pytest.raises(CannotPromise):
        promise_callback(ticket, until=later(9), owner=make_agent(), by=agent, now=NOW)
    resolve(ticket, solution="Fertig", by=agent, now=NOW)
    with pytest.raises(CannotPromise):
        promise_callback(ticket, until=later(9), by=agent, now=NOW)
    assert not Callback.objects.exists()


@pytest.mark.parametrize(("after", "late"), [(60, False), (61, True)])
def test_a_promise_is_kept_in_time_or_late(after: int, late: bool) -> None:
    agent, ticket = make_agent(), make_ticket()
    promise_callback(ticket, until=later(60), by=agent, now=NOW)

    callback = keep_callback(ticket, by=agent, now=later(after))

    event = ticket.events.latest("pk")
    assert (event.kind, event.facts) == (Event.Kind.CALLED_BACK, {"late": late})
    assert (callback.kept_by, callback.is_open, callback.is_late(later(999))) == (agent, False, late)


def test_what_is_not_promised_is_neither_kept_nor_taken_back() -> None:
    agent, ticket = make_agent(), make_ticket()

    for act in (keep_callback, withdraw_callback):
        with pytest.raises(NothingPromised):
            act(ticket, by=agent, now=NOW)


def test_a_promise_taken_back_after_its_time_stays_broken() -> None:
    agent, ticket = make_agent(), make_ticket()
    promise_callback(ticket, until=later(60), by=agent, now=NOW)
    assert not withdraw_callback(ticket, by=agent, now=later(10), reason="Selbst gelöst").is_late(later(999))
    assert ticket.events.latest("pk").facts == {"withdrawn": True, "words": "Selbst gelöst"}

    promise_callback(ticket, until=later(60), by=agent, now=later(20))
    assert withdraw_callback(ticket, by=agent, now=later(61)).is_late(later(999))


def test_a_ticket_that_is_solved_or_set_aside_takes_its_promise_along() -> None:
    agent = make_agent()
    solved, spam = make_ticket(), make_ticket()
    for ticket in (solved, spam):
        promise_callback(ticket, until=later(60), by=agent, now=NOW)

    resolve(solved, solution="Fertig", by=agent, now=later(5))
    void(spam, reason=Ticket.VoidReason.SPAM, by=agent, now=later(5))

    assert list(Callback.objects.values_list("withdrawn_at", flat=True)) == [later(5), later(5)]


@pytest.mark.django_db(transaction=True)
def test_of_ten_promises_at_once_one_stands_and_is_kept_once() -> None:
    queue = make_queue()
    people, ticket = [make_agent(queue) for _ in range(10)], make_ticket(queue)

    assert race(lambda p: promise_callback(ticket, until=later(60), by=p, now=NOW), people, PromisedAlready) == 1
    assert race(lambda p: keep_callback(ticket, by=p, now=later(5)), people, NothingPromised) == 1
    assert [event.kind for event in ticket.events.order_by("pk")] == ["opened", "promised", "callback", "called_back"]
