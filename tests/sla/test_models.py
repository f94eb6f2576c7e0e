"""What the tables accept, and how a calendar becomes working hours."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from sla.models import Calendar, CalendarInterval, CalendarRevision, Policy, PolicyVersion, Target
from sla.operations.calendars import Day, Opening
from sla.operations.policies import Wording, save_policy
from sla.worktime import Hours, NeverOpen
from tests.sla.build import NOW, make_calendar, make_policy

pytestmark = pytest.mark.django_db


def test_a_calendar_reads_as_hours_in_one_query(django_assert_num_queries):
    calendar = make_calendar(holidays={date(2026, 12, 25): "Christmas", date(2026, 12, 24): Day("Eve", ((480, 720),))})

    with django_assert_num_queries(1):
        hours = calendar.hours()

    office = ((480, 720), (780, 1020))
    assert hours == Hours(
        "Europe/Berlin",
        (office,) * 5 + ((), ()),
        frozenset({date(2026, 12, 25)}),
        special=((date(2026, 12, 24), ((480, 720),)),),
    )


def test_an_end_at_midnight_is_the_end_of_the_day():
    calendar = make_calendar(openings=[Opening(5, time(22), time(0)), Opening(6, time(0), time(0))], holidays={})

    assert calendar.hours().week[5:] == (((1320, 1440),), ((0, 1440),))
    assert str(calendar.intervals.first()).endswith("22:00–24:00")


def test_a_calendar_without_intervals_is_never_open():
    with pytest.raises(NeverOpen):
        Calendar.objects.create(name="Empty", timezone="UTC").hours()


@pytest.mark.parametrize("count", [1, 3])
def test_policies_come_with_their_versions_in_four_queries(count, django_assert_num_queries):
    for number in range(count):
        make_policy(f"Policy {number}")

    with django_assert_num_queries(4):
        versions = [policy.version_at(NOW) for policy in Policy.objects.with_versions()]
        found = [(version.calendar.name, len(version.targets.all()), len(version.steps.all())) for version in versions]

    assert [(targets, steps) for _name, targets, steps in found] == [(3, 2)] * count


def test_a_version_never_changes():
    version = make_policy().versions.get()

    with pytest.raises(IntegrityError, match="what was promised stays"), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(pauses=[])
    with pytest.raises(IntegrityError, match="what was promised stays"), transaction.atomic():
        version.targets.update(resolution_minutes=1)
    with pytest.raises(IntegrityError, match="what was promised stays"), transaction.atomic():
        version.steps.update(offset_minutes=1)


def test_the_version_in_force_is_found():
    policy = make_policy()
    save_policy(
        policy,
        Wording(calendar=make_calendar(), targets={}, valid_from=NOW + timedelta(days=2)),
        now=NOW + timedelta(days=1),
    )

    moments = [NOW - timedelta(days=9), NOW, NOW + timedelta(days=1, hours=23), NOW + timedelta(days=2)]

    assert [policy.version_at(moment).number for moment in moments] == [1, 1, 1, 2]


def test_an_interval_that_ends_before_it_starts_is_refused():
    calendar = make_calendar()

    with pytest.raises(IntegrityError, match="interval_starts_before_it_ends"):
        CalendarInterval.objects.create(calendar=calendar, weekday=6, start=time(12), end=time(9))


def test_an_eighth_weekday_is_refused():
    calendar = make_calendar()

    with pytest.raises(IntegrityError, match="interval_on_a_weekday"):
        CalendarInterval.objects.create(calendar=calendar, weekday=7, start=time(9), end=time(12))


def test_a_date_is_a_holiday_once():
    calendar = make_calendar()

    with pytest.raises(IntegrityError, match="holiday_once_a_date"):
        calendar.holidays.create(date=date(2026, 12, 25), name="Again")


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "Europe", "../etc/passwd", ""])
def test_a_form_refuses_what_is_no_time_zone(zone):
    with pytest.raises(ValidationError) as refusal:
        Calendar(name="Office", timezone=zone).full_clean()

    assert list(refusal.value.message_dict) == ["timezone"]


def test_there_is_one_default_policy():
    make_policy("One", is_default=True)

    with pytest.raises(IntegrityError, match="policy_one_default"):
        Policy.objects.create(name="Two", is_default=True)


def test_a_calendar_without_revisions_has_none_at_any_moment():
    with pytest.raises(CalendarRevision.DoesNotExist):
        Calendar.objects.create(name="Empty", timezone="UTC").revision_at(NOW)


def test_a_calendar_with_revisions_stays():
    with pytest.raises(ProtectedError):
        make_calendar().delete()


def test_the_database_refuses_to_change_a_revision():
    revision = make_calendar().current

    with pytest.raises(IntegrityError, match="append-only"):
        CalendarRevision.objects.filter(pk=revision.pk).update(timezone="UTC")


def test_the_database_refuses_to_delete_a_revision():
    calendar = make_calendar()
    Calendar.objects.update(current=None)

    with pytest.raises(IntegrityError, match="append-only"):
        calendar.revisions.get().delete()


@pytest.mark.parametrize(("number", "later"), [(1, 1), (2, 0), (2, -1)])
def test_a_revision_comes_after_the_one_before(number, later):
    first = make_calendar().current

    with pytest.raises(IntegrityError, match="one after the other"):
        CalendarRevision.objects.create(
            calendar=first.calendar, number=number, saved_at=NOW + timedelta(seconds=later), timezone="UTC",
            weeks=first.weeks,
        )  # fmt: skip


def test_a_calendar_in_use_stays():
    policy = make_policy()

    with pytest.raises(ProtectedError):
        policy.versions.get().calendar.delete()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"priority": 2, "first_response_minutes": 5, "resolution_minutes": 9}, "target_once_a_priority"),
        ({"priority": 5, "first_response_minutes": 5, "resolution_minutes": 9}, "target_of_a_priority"),
        ({"priority": 3, "first_response_minutes": 0, "resolution_minutes": 9}, "target_takes_time"),
    ],
)
def test_an_impossible_target_is_refused(fields, constraint):
    policy = make_policy()

    with pytest.raises(IntegrityError, match=constraint):
        Target.objects.create(version=policy.versions.get(), **fields)
