"""What a draft would have meant: hand-made histories, and the law that one's own terms change nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings

from sla.promises import Terms, forget, terms_of
from sla.worktime import Hours
from tests.tickets.test_history import HAPPENINGS, _live
from tickets.history import Happening, replay
from tickets.models import Ticket
from tickets.reconciling import look_up
from tickets.whatif import Draft, compare, retell

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours("Europe/Berlin", (((480, 1020),),) * 5 + ((),) * 2)
ALWAYS = Hours("Europe/Berlin", (((0, 1440),),) * 7)


def terms(policy=1, *, hours=OFFICE, first=60, resolution=480, urgent=120, more=()):
    targets = {("first_response", 2): first, ("resolution", 2): resolution, ("resolution", 4): urgent, **dict(more)}
    return Terms(
        policy=policy, version=policy, calendar=policy, name="Standard", number=1, hours=hours,
        targets={key: value for key, value in targets.items() if value},
        pauses=frozenset({"pending_customer"}), steps=(),
    )  # fmt: skip


WAS = {1: terms(), 2: terms(2, resolution=960)}


def look(facts):
    return WAS.get(facts.get("version"))


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def opened(moment, version=1, **facts):
    agreed = {"version": version, "calendar": version, "priority": 2}
    return Happening("opened", moment, {"terms": agreed, "queue": 1, "channel": "email", **facts})


def outcome(happenings, draft, now, **start):
    return compare(happenings, {"queue": 1, "category": None, "organisation": None, **start}, look, draft, now=now)


def broken(found):
    return {pair.metric: (pair.broken_now, pair.broken_then) for pair in found.pairs}


SOLVED = [opened(at(23, 9)), Happening("replied", at(23, 9, 40), {}), Happening("resolved", at(23, 14), {})]


def test_a_stricter_policy_would_have_been_missed():
    found = outcome(SOLVED, Draft(terms=terms(first=30, resolution=240)), at(27, 9))

    assert broken(found) == {"first_response": (False, True), "resolution": (False, True)}
    assert [(pair.metric, pair.then.due_at) for pair in found.pairs] == [
        ("first_response", at(23, 9, 30)), ("resolution", at(23, 13)),
    ]  # fmt: skip
    assert found.is_chosen


def test_other_working_hours_move_the_deadlines_of_their_calendar_alone():
    late = [opened(at(20, 16, 30)), Happening("replied", at(23, 8, 20), {})]  # a Friday afternoon, answered on Monday
    weekend = Draft(hours=ALWAYS, revisions=frozenset({1}))

    assert broken(outcome(late, weekend, at(23, 9)))["first_response"] == (False, True)
    assert broken(outcome(late, replace(weekend, revisions=frozenset({2})), at(23, 9)))["first_response"] == (
        False,
        False,
    )


def test_a_policy_stays_with_its_tickets():
    other = [opened(at(23, 9), version=2), Happening("resolved", at(24, 15), {})]
    found = outcome(other, Draft(terms=terms(resolution=60)), at(27, 9))

    assert broken(found)["resolution"] == (False, False)
    assert not found.is_chosen


def test_conditions_choose_tickets_of_other_policies_unless_one_before_was_chosen():
    mail = ({"field": "channel", "op": "in", "values": ["email"]},)
    draft = Draft(terms=terms(0, resolution=60), conditions=mail, position=10)

    assert broken(outcome(SOLVED, draft, at(27, 9)))["resolution"] == (False, True)
    assert broken(outcome(SOLVED, replace(draft, policies={1: 5}), at(27, 9)))["resolution"] == (False, False)
    phone = [opened(at(23, 9), channel="phone"), *SOLVED[1:]]
    assert broken(outcome(phone, draft, at(27, 9)))["resolution"] == (False, False)


def test_a_policy_that_would_not_be_chosen_any_more_gives_way_to_that_of_the_queue():
    phone = ({"field": "channel", "op": "in", "values": ["phone"]},)
    draft = Draft(
        terms=terms(resolution=60), conditions=phone, named=lambda queue: 2, standing={2: terms(2, resolution=120)}.get
    )

    found = outcome(SOLVED, draft, at(27, 9))

    assert [(pair.then.terms.policy, pair.then.minutes) for pair in found.pairs if pair.metric == "resolution"] == [
        (2, 120)
    ]


def test_conditions_follow_the_ticket():
    urgent = ({"field": "priority", "op": "in", "values": [4]},)
    draft = Draft(terms=terms(0, urgent=30), conditions=urgent)
    happened = [opened(at(23, 9)), Happening("prioritised", at(23, 10), {"origin": 2, "target": 4}), *SOLVED[1:]]
    happened.sort(key=lambda one: one.at)

    [pair] = [pair for pair in outcome(happened, draft, at(27, 9)).pairs if pair.metric == "resolution"]

    assert (pair.then.terms.policy, pair.then.due_at) == (0, at(23, 9, 30))


def test_a_hand_over_would_have_had_to_be_accepted():
    draft = Draft(terms=terms(more={("acceptance", 2): 15}))
    happened = [
        opened(at(23, 9)),
        Happening("escalated", at(23, 10), {"origin": 1, "target": 3, "handover": 5}),
        Happening("accepted", at(23, 10, 30), {}),
    ]

    found = outcome(happened, draft, at(23, 11))

    assert broken(found)["acceptance"] == (False, True)


def test_what_was_not_promised_cannot_be_missed():
    found = outcome(SOLVED, Draft(terms=terms(first=None, resolution=None)), at(27, 9))

    assert [pair.then for pair in found.pairs] == [None, None]


def test_events_that_do_not_name_their_terms_are_not_computable():
    assert not outcome([Happening("opened", at(23, 9), {})], Draft(terms=terms()), at(24, 9)).is_computable


def test_pauses_count_as_the_draft_says():
    happened = [
        opened(at(23, 9)), Happening("held", at(23, 10), {"state": "pending_third"}), Happening("resumed", at(23, 15), {}),
        Happening("resolved", at(24, 11), {}),
    ]  # fmt: skip
    patient = replace(terms(), pauses=frozenset({"pending_third"}))

    assert broken(outcome(happened, Draft(terms=patient), at(27, 9)))["resolution"] == (True, False)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings=HAPPENINGS)
def test_ones_own_terms_change_nothing(happenings, db):
    forget()
    life = _live()
    for what, number, minutes in happenings:
        life.now += timedelta(minutes=minutes)
        life.do(what, number)

    policies = [queue.policy for queue in life.queues if queue.policy is not None]
    named = {queue.pk: queue.policy_id for queue in life.queues}
    for ticket in Ticket.objects.filter(pk__in=[life.ticket.pk, life.other.pk]):
        told = [Happening(one.kind, one.at, one.facts) for one in ticket.events.order_by("at", "id")]
        start = {"queue": ticket.queue_id, "priority": int(ticket.priority), "category": None, "kind": ticket.kind}
        for policy in policies:
            version = policy.versions.get()
            own = terms_of(version.pk, version.calendar.current_id)
            draft = Draft(terms=own, named=named.get, hours=own.hours, revisions=frozenset({own.calendar}))
            then = replay(list(retell(told, start, look_up, draft)), lambda facts: facts.get("terms_then"))

            assert then.promises == replay(told, look_up).promises, life.said
