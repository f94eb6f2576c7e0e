"""Builds calendars and policies as the operations store them."""

from datetime import UTC, date, datetime, time

from sla.models import Calendar, Policy
from sla.operations.calendars import Opening, save_calendar
from sla.operations.policies import Minutes, Wording, save_policy

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
OFFICE = [Opening(day, start, end) for day in range(5) for start, end in ((time(8), time(12)), (time(13), time(17)))]
CHRISTMAS = {date(2026, 12, 25): "Erster Weihnachtstag"}
TARGETS = {1: Minutes(480, 2400), 2: Minutes(240, 960), 4: Minutes(30, 240)}


def make_calendar(name="Office", *, zone="Europe/Berlin", openings=OFFICE, holidays=CHRISTMAS, now=NOW):
    return save_calendar(Calendar(name=name, timezone=zone), openings=openings, holidays=holidays, now=now)


def make_policy(name="Standard", *, calendar=None, targets=TARGETS, is_default=False, now=NOW, **fields):
    wording = Wording(calendar=calendar or make_calendar(f"Office of {name}"), targets=targets, **fields)
    return save_policy(Policy(name=name, is_default=is_default), wording, now=now).policy
