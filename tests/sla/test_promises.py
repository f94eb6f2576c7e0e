"""What a policy promises, what that costs, and how stale it may be."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla import promises as module
from sla.models import Policy, Target
from sla.operations.calendars import Opening, save_calendar
from sla.operations.policies import Minutes, save_policy
from sla.promises import Promise, default_policy, hours_of, policy_by_id, promises
from tests.sla.build import NOW, make_policy

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 27, 16, tzinfo=BERLIN).astimezone(UTC)  # a Friday


def test_a_promise_counts_the_calendars_working_time():
    policy = make_policy(targets={2: Minutes(90, 540)})

    assert promises(policy, priority=2, start=START) == [
        Promise("first_response", 90, datetime(2026, 11, 30, 8, 30, tzinfo=BERLIN)),
        Promise("resolution", 540, datetime(2026, 11, 30, 17, tzinfo=BERLIN)),
    ]


def test_a_priority_without_a_target_has_no_promise():
    assert promises(make_policy(), priority=3, start=START) == []


def test_the_second_ticket_costs_no_query(django_assert_num_queries):
    policy = make_policy()
    first = promises(policy_by_id(policy.pk), priority=2, start=START)

    with django_assert_num_queries(0):
        second = promises(policy_by_id(policy.pk), priority=2, start=START)

    assert first == second


def test_the_first_ticket_costs_three_queries(django_assert_num_queries):
    pk = make_policy().pk

    with django_assert_num_queries(3):
        promises(policy_by_id(pk), priority=2, start=START)


def test_a_policy_fetched_with_its_calendar_costs_no_query_more(django_assert_num_queries):
    make_policy()
    promises(Policy.objects.select_related("calendar").get(), priority=2, start=START)
    policy = Policy.objects.select_related("calendar").get()

    with django_assert_num_queries(0):
        promises(policy, priority=2, start=START)


def test_a_prefetched_policy_costs_no_query_at_all(django_assert_num_queries):
    make_policy()
    policy = Policy.objects.with_targets().get()

    with django_assert_num_queries(0):
        promises(policy, priority=2, start=START)


def test_a_changed_target_holds_at_once():
    policy = make_policy()
    promises(policy_by_id(policy.pk), priority=4, start=START)

    save_policy(policy, targets={4: Minutes(10, 20)}, now=NOW)

    assert [promise.minutes for promise in promises(policy_by_id(policy.pk), priority=4, start=START)] == [10, 20]


def test_a_changed_calendar_holds_at_once():
    policy = make_policy()
    promises(policy_by_id(policy.pk), priority=4, start=START)

    save_calendar(policy.calendar, openings=[Opening(5, time(8), time(0))], holidays={}, now=NOW)

    [first, _resolution] = promises(policy_by_id(policy.pk), priority=4, start=START)
    assert first.due_at == datetime(2026, 11, 28, 8, 30, tzinfo=BERLIN)


def test_a_change_by_another_process_is_seen_after_a_few_seconds(monkeypatch):
    policy = make_policy()
    promises(policy_by_id(policy.pk), priority=4, start=START)
    # Another process: the rows change and nobody tells this one.
    Target.objects.filter(policy=policy, priority=4).update(first_response_minutes=10)
    Policy.objects.filter(pk=policy.pk).update(changed_at=NOW + timedelta(seconds=1))

    at_once = promises(policy_by_id(policy.pk), priority=4, start=START)
    monkeypatch.setattr(module, "STALE_AFTER", -1.0)
    later = promises(policy_by_id(policy.pk), priority=4, start=START)

    assert [at_once[0].minutes, later[0].minutes] == [30, 10]


def test_a_fresh_row_is_never_answered_from_a_stale_copy():
    policy = make_policy()
    promises(policy, priority=4, start=START)
    Target.objects.filter(policy=policy, priority=4).update(first_response_minutes=10)
    Policy.objects.filter(pk=policy.pk).update(changed_at=NOW + timedelta(seconds=1))

    assert promises(Policy.objects.get(pk=policy.pk), priority=4, start=START)[0].minutes == 10


def test_an_unknown_policy_is_refused():
    with pytest.raises(Policy.DoesNotExist):
        policy_by_id(0)


def test_the_default_policy_is_found_and_kept(django_assert_num_queries):
    assert default_policy() is None
    make_policy("Other")
    policy = make_policy("Default", is_default=True)

    assert default_policy() == policy
    with django_assert_num_queries(0):
        assert default_policy() == policy


def test_hours_are_those_of_the_calendar():
    policy = make_policy()

    assert hours_of(policy) == policy.calendar.hours()
