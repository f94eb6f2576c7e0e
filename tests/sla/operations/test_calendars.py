"""Changing when we work."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError

from sla.models import Calendar
from sla.operations.calendars import BeginsInThePast, Day, IntervalsOverlap, Opening, days_of, save_calendar, save_days
from sla.worktime import NeverOpen
from tests.factories import make_agent
from tests.sla.build import CHRISTMAS, NOW, OFFICE, make_calendar

pytestmark = pytest.mark.django_db


def test_saving_replaces_hours_and_holidays_and_says_when():
    make_calendar()
    calendar = Calendar.objects.prefetch_related("intervals", "holidays").get()
    calendar.name = "Weekend"
    later = NOW + timedelta(days=1)

    saved = save_calendar(
        calendar, openings=[Opening(6, time(9), time(12))], holidays={date(2027, 1, 1): "New Year"}, now=later
    )

    assert saved.hours() == Calendar.objects.get(name="Weekend").hours()
    assert saved.hours().week == ((), (), (), (), (), (), ((540, 720),))
    assert saved.hours().closed == {date(2027, 1, 1)}
    assert saved.changed_at == later


def test_intervals_may_touch():
    calendar = make_calendar(openings=[Opening(0, time(12), time(17)), Opening(0, time(8), time(12))])

    assert calendar.hours().week[0] == ((480, 1020),)


@pytest.mark.parametrize(
    ("openings", "refusal"),
    [
        ([], NeverOpen),
        ([Opening(0, time(8), time(12)), Opening(0, time(11), time(17))], IntervalsOverlap),
        ([Opening(0, time(8), time(0)), Opening(0, time(8), time(9))], IntervalsOverlap),
        ([Opening(0, time(12), time(8))], ValueError),
        ([Opening(7, time(8), time(12))], ValueError),
    ],
)
def test_impossible_hours_are_refused_and_nothing_changes(openings, refusal):
    calendar = make_calendar()
    before = calendar.hours()

    with pytest.raises(refusal):
        save_calendar(calendar, openings=openings, holidays={}, now=NOW)

    assert Calendar.objects.get().hours() == before


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(ValidationError):
        save_calendar(Calendar(name="Office", timezone="Mars/Olympus"), openings=OFFICE, holidays={}, now=NOW)

    assert not Calendar.objects.exists()


# --- revisions

LATER = NOW + timedelta(days=1)
NINE_TO_TWELVE = [Opening(day, time(9), time(12)) for day in range(7)]
WEEK = (((540, 720),),) * 7


def revisions_of(calendar):
    return list(calendar.revisions.values_list("number", "saved_at"))


def test_each_change_is_a_revision_that_remembers_everything_and_who():
    calendar = make_calendar()
    agent = make_agent()

    save_calendar(
        calendar, openings=NINE_TO_TWELVE, holidays={date(2026, 12, 24): Day("Eve", ((540, 600),))}, now=LATER, by=agent
    )

    assert revisions_of(calendar) == [(1, NOW), (2, LATER)]
    newest = calendar.revisions.last()
    assert calendar.current == newest
    assert newest.saved_by == agent
    assert newest.weeks == [[None, [[[540, 720]]] * 7]]
    assert newest.dates == {"2026-12-24": {"name": "Eve", "hours": [[540, 600]]}}
    assert newest.hours() == calendar.hours() != calendar.revisions.first().hours()


def test_saving_the_same_again_or_another_name_is_no_revision():
    calendar = make_calendar()
    calendar.name = "Bureau"

    save_calendar(calendar, openings=OFFICE, holidays=CHRISTMAS, now=LATER)

    assert revisions_of(calendar) == [(1, NOW)]
    assert Calendar.objects.get().name == "Bureau"


def test_the_revision_of_a_moment_is_the_newest_saved_by_then_else_the_first():
    calendar = make_calendar()
    save_calendar(calendar, openings=NINE_TO_TWELVE, holidays={}, now=LATER)
    moments = [NOW - timedelta(days=900), NOW, LATER - timedelta(microseconds=1), LATER, LATER + timedelta(days=900)]

    assert [calendar.revision_at(moment).number for moment in moments] == [1, 1, 1, 2, 2]


@pytest.mark.parametrize("second", [NOW, NOW - timedelta(hours=1)])
def test_two_saves_in_the_same_instant_or_by_a_clock_that_went_back_come_one_after_the_other(second):
    calendar = make_calendar()

    save_calendar(calendar, openings=NINE_TO_TWELVE, holidays={}, now=second)

    assert revisions_of(calendar) == [(1, NOW), (2, NOW + timedelta(microseconds=1))]


def test_a_week_can_hold_from_a_later_date_on():
    calendar = make_calendar()
    week = calendar.hours().week

    save_calendar(calendar, openings=NINE_TO_TWELVE, holidays={}, now=LATER, effective_from=date(2027, 1, 1))

    hours = calendar.hours()
    assert (hours.week, hours.later) == (week, ((date(2027, 1, 1), WEEK),))
    assert {interval.minutes for interval in calendar.intervals.all()} == {(540, 720)}


def test_a_week_that_holds_earlier_takes_the_place_of_those_planned_after_it():
    calendar = make_calendar()
    week = calendar.hours().week
    evenings = [Opening(day, time(18), time(0)) for day in range(7)]

    for opening, begins in (
        (NINE_TO_TWELVE, date(2027, 2, 1)),
        (evenings, date(2027, 3, 1)),
        (evenings, date(2027, 2, 15)),
    ):
        save_calendar(calendar, openings=opening, holidays={}, now=LATER, effective_from=begins)

    hours = calendar.hours()
    assert (hours.week, [begins for begins, _week in hours.later]) == (week, [date(2027, 2, 1), date(2027, 2, 15)])


def test_a_week_that_holds_today_holds_at_once():
    calendar = make_calendar()
    # It is the 4th in Berlin already.
    late = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)

    save_calendar(calendar, openings=NINE_TO_TWELVE, holidays={}, now=late, effective_from=date(2026, 11, 4))

    assert (calendar.hours().week, calendar.hours().later) == (WEEK, ())


def test_a_week_never_begins_in_the_past():
    calendar = make_calendar()
    late = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)

    with pytest.raises(BeginsInThePast):
        save_calendar(calendar, openings=NINE_TO_TWELVE, holidays={}, now=late, effective_from=date(2026, 11, 3))

    assert revisions_of(calendar) == [(1, NOW)]


def test_days_can_be_saved_alone_and_the_planned_week_stays():
    calendar = make_calendar()
    save_calendar(calendar, openings=NINE_TO_TWELVE, holidays=CHRISTMAS, now=NOW, effective_from=date(2027, 1, 1))
    days = {date(2027, 1, 6): Day("Epiphany", source="region")}

    save_days(calendar, days=days_of(calendar) | days, now=LATER)

    assert [begins for begins, _week in calendar.hours().later] == [date(2027, 1, 1)]
    assert calendar.hours().closed == {date(2027, 1, 6), *CHRISTMAS}
    assert days_of(calendar)[date(2027, 1, 6)].source == "region"


@pytest.mark.parametrize(
    ("hours", "refusal"),
    [(((480, 600), (540, 660)), IntervalsOverlap), (((600, 480),), ValueError), (((0, 1441),), ValueError)],
)
def test_impossible_hours_of_a_day_are_refused(hours, refusal):
    calendar = make_calendar()

    with pytest.raises(refusal):
        save_days(calendar, days={date(2026, 12, 24): Day("Eve", hours)}, now=LATER)

    assert revisions_of(calendar) == [(1, NOW)]


def test_days_of_a_calendar_that_has_no_week_are_refused():
    with pytest.raises(NeverOpen):
        save_days(Calendar.objects.create(name="Empty", timezone="UTC"), days={}, now=NOW)
