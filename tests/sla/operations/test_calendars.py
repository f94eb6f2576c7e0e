"""Changing when we work."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError

from sla.models import Calendar
from sla.operations.calendars import IntervalsOverlap, Opening, save_calendar
from sla.worktime import NeverOpen
from tests.sla.build import NOW, OFFICE, make_calendar

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
