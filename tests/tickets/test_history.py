"""Whatever happens to a ticket, in any order: its clocks are what its events say."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledgebase.models import Category
from people.models import User
from sla.operations.policies import Step
from sla.promises import forget
from tests.factories import NOW, make_absence, make_agent, make_category, make_policy, make_queue, make_ticket
from tickets import events, timers
from tickets.models import Clock, Event, Handover, Queue, Ticket
from tickets.operations import (
    assigning,
    calling_back,
    classifying,
    escalation,
    handing_over,
    holding,
    merging,
    prioritising,
    reopening,
    replying,
    resolution,
    routing,
    standing_in,
    voiding,
)  # fmt: skip
from tickets.reconciling import differences

pytestmark = pytest.mark.django_db

REFUSALS = (
    holding.CannotHold, routing.CannotRoute, escalation.CannotEscalate, prioritising.CannotPrioritise, replying.CannotReply,
    resolution.CannotResolve, resolution.CannotClose, reopening.CannotReopen, voiding.CannotVoid, voiding.NotSpam,
    assigning.CannotAssign, assigning.AlreadyTaken, merging.CannotMerge, merging.CannotPart, handing_over.CannotHandOver,
    handing_over.CannotAccept, handing_over.CannotReturn, handing_over.CannotWithdraw, handing_over.CannotFinish,
    calling_back.CannotPromise, calling_back.NoTime, calling_back.PromisedAlready, calling_back.NothingPromised,
    classifying.CannotClassify, standing_in.NotOffered,
)  # fmt: skip

WARN = ({"do": "notify", "whom": ["assignee", "queue_lead"]},)
RAISE = ({"do": "raise_priority"},)
MOVE = ({"do": "move"},)
STEPS = (
    Step("first_response", -20, WARN), Step("first_response", 0, MOVE), Step("resolution", -60, RAISE),
    Step("resolution", 30, MOVE), Step("next_response", 0, WARN), Step("acceptance", 5, WARN),
)  # fmt: skip


@dataclass
class Life:
    """A ticket, somebody who works on it, and the queues it may be in."""

    ticket: Ticket
    other: Ticket
    agent: User
    deputy: User
    queues: list[Queue]
    category: Category
    now: datetime = NOW
    said: list[str] = field(default_factory=list)

    def do(self, what: str, number: int) -> None:
        """Let one thing happen; what is refused happens not."""
        self.ticket.refresh_from_db()
        try:
            getattr(self, what)(number)
        except REFUSALS:
            self.said.append(f"no {what}")
        else:
            self.said.append(what)

    def reply(self, _number: int) -> None:
        replying.reply(self.ticket, text="Aha", by=self.agent, now=self.now)

    def message(self, number: int) -> None:
        if self.ticket.state != Ticket.State.VOID:
            replying.receive_message(
                self.ticket, author=self.ticket.requester, text="Und?", channel=Ticket.Channel.EMAIL, now=self.now,
                auto_generated=number % 5 == 0,
            )  # fmt: skip

    def hold(self, number: int) -> None:
        state = holding.WAITING[number % 3]
        holding.hold(
            self.ticket, state=state, by=self.agent, now=self.now, until=self.now + timedelta(hours=number + 1)
        )

    def resume(self, _number: int) -> None:
        holding.resume(self.ticket, by=self.agent, now=self.now)

    def prioritise(self, number: int) -> None:
        prioritising.prioritise(self.ticket, by=self.agent, now=self.now, priority=number % 4 + 1)

    def route(self, number: int) -> None:
        routing.route(self.ticket, to=self.queues[number % len(self.queues)], by=self.agent, now=self.now)

    def escalate(self, _number: int) -> None:
        escalation.escalate(self.ticket, reason="", by=self.agent, now=self.now)

    def resolve(self, _number: int) -> None:
        resolution.resolve(self.ticket, solution="So", by=self.agent, now=self.now)

    def reopen(self, number: int) -> None:
        by = self.agent if number % 2 else self.ticket.requester
        reopening.reopen(self.ticket, by=by, now=self.now)

    def void(self, _number: int) -> None:
        voiding.void(self.ticket, reason=Ticket.VoidReason.SPAM, by=self.agent, now=self.now)

    def not_spam(self, _number: int) -> None:
        voiding.not_spam(self.ticket, by=self.agent, now=self.now)

    def merge(self, number: int) -> None:
        ticket, into = (self.ticket, self.other) if number % 2 else (self.other, self.ticket)
        merging.merge(
            Ticket.objects.get(pk=ticket.pk), into=Ticket.objects.get(pk=into.pk), by=self.agent, now=self.now
        )

    def part(self, number: int) -> None:
        ticket = self.ticket if number % 2 else self.other
        merging.part(Ticket.objects.get(pk=ticket.pk), by=self.agent, now=self.now)

    def offer(self, number: int) -> None:
        handing_over.offer(
            self.ticket, to=self.queues[number % len(self.queues)], reason=Handover.Reason.OTHER,
            texts={"summary": "Kurz"}, by=self.agent if number % 3 else None, now=self.now,
        )  # fmt: skip

    def accept(self, number: int) -> None:
        handing_over.accept(self.ticket, by=self._one(number), now=self.now)

    def return_(self, _number: int) -> None:
        handing_over.return_(
            self.ticket, reason=Handover.Return.INCOMPLETE, words="Was denn?", by=self.agent, now=self.now
        )

    def withdraw(self, _number: int) -> None:
        handing_over.withdraw(self.ticket, by=self.agent, now=self.now)

    def finish(self, _number: int) -> None:
        handing_over.finish(
            self.ticket, outcome=Handover.Outcome.NO_RESULT, words="Nichts", by=self.agent, now=self.now
        )

    def call_back(self, number: int) -> None:
        until = self.now + timedelta(minutes=number) if number % 2 else None
        calling_back.promise_callback(self.ticket, until=until, by=self.agent, now=self.now)

    def called(self, _number: int) -> None:
        calling_back.keep_callback(self.ticket, by=self.agent, now=self.now)

    def no_call(self, _number: int) -> None:
        calling_back.withdraw_callback(self.ticket, by=self.agent, now=self.now)

    def classify(self, number: int) -> None:
        kind = [Ticket.Kind.COMPLAINT, Ticket.Kind.INCIDENT, Ticket.Kind.REQUEST][number % 3]
        classifying.classify(
            self.ticket, kind=kind, category=self.category if number % 2 else None, by=self.agent, now=self.now
        )

    def take(self, number: int) -> None:
        assigning.take(self.ticket, by=self._one(number), now=self.now)

    def take_over(self, _number: int) -> None:
        standing_in.take_over(self.ticket, by=self.deputy, now=self.now)

    def release(self, _number: int) -> None:
        standing_in.release_due(self.now)

    def confirm(self, number: int) -> None:
        if number % 2:
            resolution.confirm(self.ticket, by=self.ticket.requester, now=self.now)
        else:
            resolution.close(self.ticket, by=None, now=self.now)

    def _one(self, number: int) -> User:
        return self.agent if number % 2 else self.deputy

    def sweep(self, _number: int) -> None:
        timers.fire_due(self.now)


WHATS = [
    "reply", "message", "message", "hold", "hold", "resume", "prioritise", "route", "escalate", "resolve", "reopen", "void",
    "not_spam", "merge", "part", "offer", "offer", "accept", "return_", "withdraw", "finish", "call_back", "called", "no_call",
    "classify", "take", "take_over", "release", "confirm", "sweep", "sweep",
]  # fmt: skip
HAPPENINGS = st.lists(
    st.tuples(st.sampled_from(WHATS), st.integers(0, 60), st.sampled_from([0, 0, 1, 7, 29, 31, 240, 1441, 5000])),
    max_size=25,
)


def _live() -> Life:
    minutes: dict[str, Any] = {"next_response": 45, "acceptance": 20, "callback": 90}
    second = make_queue(
        tier=2, is_default=False,
        policy=make_policy(30, 300, minutes=minutes, steps=STEPS, pauses=("pending_customer", "pending_third")),
    )  # fmt: skip
    first = make_queue(
        tier=1, escalates_to=second, policy=make_policy(60, 480, minutes=minutes, steps=STEPS, always_open=False)
    )
    none = make_queue(tier=1, is_default=False)
    make_policy(
        20, 120, conditions=[{"field": "kind", "op": "in", "values": ["complaint"]}], minutes=minutes, steps=STEPS
    )
    agent, deputy = (make_agent(first, level=4, role=User.Role.LEAD) for _ in range(2))
    make_absence(agent, deputy, starts_at=NOW + timedelta(hours=3), ends_at=NOW + timedelta(hours=9))
    return Life(make_ticket(first), make_ticket(first), agent, deputy, [first, second, none], make_category())


@contextmanager
def _life() -> Iterator[Life]:
    """Live one life and take it back, so that it does not slow the next one down."""
    forget()
    with transaction.atomic():
        yield _live()
        transaction.set_rollback(True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings=HAPPENINGS)
def test_stored_clocks_are_what_the_events_say(happenings: list[tuple[str, int, int]], db: None) -> None:
    with _life() as life:
        for place, (what, number, minutes) in enumerate(happenings, start=1):
            life.now += timedelta(minutes=minutes)
            life.do(what, number)

            if place % 5 == 0 or place == len(happenings):  # comparing costs as much as what happens
                assert [str(one) for one in differences([life.ticket.pk, life.other.pk])] == [], life.said


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings=HAPPENINGS)
def test_what_is_due_fires_once(happenings: list[tuple[str, int, int]], db: None) -> None:
    with _life() as life:
        for what, number, minutes in happenings:
            life.now += timedelta(minutes=minutes)
            life.do(what, number)

        for _again in range(4):
            timers.fire_due(life.now)

        assert list(Clock.objects.filter(wake_at__lte=life.now)) == []
        assert not Clock.objects.filter(state=Clock.State.RUNNING, due_at__lte=life.now).exists()
        breaches = Event.objects.filter(kind=Event.Kind.BREACHED).values_list("clock_id", flat=True)
        assert len(breaches) == len(set(breaches))
        assert [str(one) for one in differences([life.ticket.pk, life.other.pk])] == [], life.said


def test_the_time_a_ticket_was_done_does_not_count_for_what_is_promised_again_later() -> None:
    life = _live()
    moved = [(life.route, 2), (life.resolve, 1), (life.reopen, 1), (life.route, 0)]
    for number, (happen, which) in enumerate(moved):
        life.now = NOW + timedelta(minutes=10 * number)
        happen(which)

    clock = life.ticket.clocks.get(metric="resolution", state__in=Clock.UNFINISHED)
    assert (clock.started_at, clock.minutes) == (NOW, 480)
    assert list(life.ticket.pauses.values_list("state", "began_at", "ended_at")) == [
        ("resolved", NOW + timedelta(minutes=10), NOW + timedelta(minutes=20))
    ]
    assert list(differences([life.ticket.pk])) == []


def test_nor_does_the_time_in_spam_when_what_was_promised_before_is_promised_again() -> None:
    life = _live()
    for number, (happen, which) in enumerate([(life.route, 2), (life.void, 1), (life.not_spam, 1), (life.route, 0)]):
        life.now = NOW + timedelta(minutes=10 * number)
        happen(which)

    assert life.ticket.clocks.get(metric="resolution", state__in=Clock.UNFINISHED).started_at == NOW
    assert life.ticket.pauses.get().began_at == NOW + timedelta(minutes=10)
    assert list(differences([life.ticket.pk])) == []


def test_no_next_response_is_promised_before_the_first() -> None:
    life = _live()

    life.message(1)

    assert not life.ticket.clocks.filter(metric="next_response").exists()


def test_each_time_the_requester_waits_is_a_promise_of_its_own() -> None:
    life = _live()
    life.reply(1)
    for _time in range(2):
        life.now += timedelta(minutes=10)
        life.message(1)
        life.message(2)
        life.now += timedelta(minutes=5)
        life.reply(1)

    found = life.ticket.clocks.filter(metric="next_response").values_list("cycle", "state", "minutes")
    assert list(found.order_by("cycle")) == [(1, "met", 45), (2, "met", 45)]


def test_a_later_version_of_the_same_policy_leaves_what_was_promised(django_capture_on_commit_callbacks: Any) -> None:
    from dataclasses import replace

    from sla.operations.policies import Minutes, save_policy, wording_of

    life = _live()
    policy = life.queues[0].policy
    assert policy is not None
    before = {clock.metric: clock.due_at for clock in life.ticket.clocks.all()}
    wording = replace(
        wording_of(policy.versions.get()), targets=dict.fromkeys(range(1, 5), Minutes(5, 10)), valid_from=None
    )
    save_policy(policy, wording, now=NOW + timedelta(minutes=1))

    life.now += timedelta(minutes=2)
    life.prioritise(0)
    later = make_ticket(life.queues[0], now=life.now)

    life.ticket.refresh_from_db()
    unfinished = life.ticket.clocks.filter(state__in=Clock.UNFINISHED)
    assert {clock.metric: clock.due_at for clock in unfinished} == before
    assert life.ticket.terms_version != later.terms_version
    assert events.Event.objects.filter(ticket=life.ticket, kind=Event.Kind.PROMISED).count() == 0
