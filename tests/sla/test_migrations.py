"""What calendars become whose hours were saved before revisions existed."""

from datetime import UTC, date, datetime, time
from importlib import import_module

import pytest
from django.apps import apps

from sla.models import Calendar, CalendarInterval, Holiday
from sla.worktime import Hours

pytestmark = pytest.mark.django_db


def test_what_a_calendar_says_becomes_its_first_revision_which_held_ever_since():
    calendar = Calendar.objects.create(name="Office", timezone="Europe/Berlin")
    for start, end in ((time(13), time(0)), (time(8), time(12))):
        CalendarInterval.objects.create(calendar=calendar, weekday=1, start=start, end=end)
    Holiday.objects.create(calendar=calendar, date=date(2026, 12, 25), name="Christmas")

    import_module("sla.migrations.0002_calendar_revisions").begin(apps, None)

    calendar.refresh_from_db()
    assert calendar.current == calendar.revision_at(datetime(1971, 1, 1, tzinfo=UTC)) == calendar.revisions.get()
    assert (calendar.current.number, calendar.current.saved_at) == (1, datetime(1970, 1, 1, tzinfo=UTC))
    week = ((), ((480, 720), (780, 1440)), (), (), (), (), ())
    assert calendar.hours() == Hours("Europe/Berlin", week, frozenset({date(2026, 12, 25)}))
