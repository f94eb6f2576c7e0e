"""Under which terms something is promised, what that costs, and how stale it may be."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla import promises as module
from sla.models import Policy, PolicyVersion
from sla.operations.calendars import Opening, save_calendar
from sla.operations.policies import Minutes, Step, save_policy, wording_of
from sla.promises import choose, terms_of
from tests.sla.build import NOW, make_policy

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 27, 16, tzinfo=BERLIN).astimezone(UTC)  # a Friday
LATER = NOW + timedelta(days=1)
PHONE = {"field": "channel", "op": "in", "values": ["phone"]}
NOTIFY = ({"do": "notify", "whom": ["assignee"]},)


def chosen(facts=None, named=None, now=START):
    terms = choose(facts or {}, named=named, now=now)
    return terms.name if terms else None


def test_a_promise_counts_the_calendars_working_time():
    terms = choose({}, named=make_policy(targets={2: Minutes(90, 540)}).pk, now=START)

    assert terms.minutes("resolution", 2) == 540
    assert terms.due(START, 90) == datetime(2026, 11, 30, 8, 30, tzinfo=BERLIN)
    assert terms.due(START, 540) == datetime(2026, 11, 30, 17, tzinfo=BERLIN)


def test_a_priority_or_metric_without_a_target_has_no_promise():
    terms = choose({}, named=make_policy().pk, now=START)

    assert (terms.minutes("resolution", 3), terms.minutes("next_response", 2)) == (None, None)


def test_steps_come_in_working_time_before_and_after_the_deadline():
    steps = (Step("resolution", 60, NOTIFY), Step("resolution", -30, NOTIFY), Step("resolution", -9999, NOTIFY))
    terms = choose({}, named=make_policy(steps=steps).pk, now=START)

    moments = terms.moments("resolution", START, 240)

    assert [(moment.at.astimezone(BERLIN).strftime("%a %H:%M"), moment.step.offset) for moment in moments] == [
        ("Fri 16:00", -9999), ("Mon 10:30", -30), ("Mon 12:00", 60),
    ]  # fmt: skip


def test_conditions_come_before_what_is_named_and_that_before_the_default():
    named = make_policy("Named")
    make_policy("Default", is_default=True)
    make_policy("Phone", conditions=(PHONE,))

    assert chosen({"channel": "phone"}, named.pk) == "Phone"
    assert chosen({"channel": "email"}, named.pk) == "Named"
    assert chosen({"channel": "email"}) == "Default"


def test_the_first_policy_in_order_wins_and_a_switched_off_one_never():
    make_policy("B", conditions=(PHONE,))
    make_policy("A", conditions=(PHONE,))
    Policy.objects.filter(name="A").update(position=5)
    module.forget()
    before = chosen({"channel": "phone"})
    Policy.objects.filter(name="A").update(is_active=False)
    module.forget()

    assert (before, chosen({"channel": "phone"})) == ("A", "B")


def test_nothing_is_promised_without_a_policy():
    assert choose({}, named=None, now=START) is None


def test_a_later_version_holds_from_its_moment_on():
    policy = make_policy(targets={4: Minutes(30, 240)})
    planned = replace(wording_of(policy.versions.get()), targets={4: Minutes(5, 10)}, valid_from=START)
    save_policy(policy, planned, now=LATER)

    before, after = (choose({}, named=policy.pk, now=now) for now in (START - timedelta(seconds=1), START))

    assert (before.minutes("resolution", 4), after.minutes("resolution", 4)) == (240, 10)


def test_a_changed_calendar_is_for_what_begins_later():
    policy = make_policy()
    before = choose({}, named=policy.pk, now=START)

    save_calendar(policy.versions.get().calendar, openings=[Opening(5, time(8), time(0))], holidays={}, now=LATER)
    after = choose({}, named=policy.pk, now=START)

    assert before.version == after.version
    assert terms_of(before.version, before.calendar).due(START, 30) == datetime(2026, 11, 27, 16, 30, tzinfo=BERLIN)
    assert after.due(START, 30) == datetime(2026, 11, 28, 8, 30, tzinfo=BERLIN)


def test_the_second_ticket_costs_no_query(django_assert_num_queries):
    policy = make_policy()
    first = choose({}, named=policy.pk, now=START)

    with django_assert_num_queries(0):
        assert choose({}, named=policy.pk, now=START) is first


@pytest.mark.parametrize("count", [1, 3])
def test_the_first_ticket_costs_seven_queries_however_many_policies_there_are(count, django_assert_num_queries):
    policies = [make_policy(f"Policy {number}") for number in range(count)]

    with django_assert_num_queries(7):
        choose({}, named=policies[-1].pk, now=START)


def test_what_another_process_saved_is_seen_after_a_few_seconds(monkeypatch):
    policy = make_policy()
    at_once = choose({}, named=policy.pk, now=START)
    version = policy.versions.get()
    # Another process: a version is added and nobody tells this one.
    PolicyVersion.objects.create(
        policy=policy, number=2, valid_from=LATER, saved_at=LATER, calendar=version.calendar, pauses=[]
    )

    soon = choose({}, named=policy.pk, now=START)
    monkeypatch.setattr(module, "STALE_AFTER", -1.0)
    later = choose({}, named=policy.pk, now=START)

    assert [terms.number for terms in (at_once, soon, later)] == [1, 1, 2]
