"""Adding the public holidays of a calendar's place, at once and each year."""

import logging
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q

from people import audit
from people.models import AuditEntry, User
from sla.models import Calendar, Holiday
from sla.operations.calendars import Day, days_of, save_days
from sla.public_holidays import UnknownRegion, public_holidays

log = logging.getLogger(__name__)


@transaction.atomic
def choose_region(
    calendar: Calendar,
    *,
    country: str,
    subdivision: str,
    language: str,
    years_ahead: int,
    by: User | None,
    now: datetime,
) -> Calendar:
    """
    Give a calendar the public holidays of a country or state, this year's and those of so many years ahead.

    Coming holidays of the region before go, and so do all of them if no country is named; what was typed in stays.

    :raises UnknownRegion: if there is no such country or state.
    :raises NeverOpen: if the calendar was never saved with a week.
    """
    calendar = _locked(calendar.pk)
    today = _today(calendar, now)
    days = {
        day: what
        for day, what in days_of(calendar).items()
        if day < today or what.source != Holiday.Source.REGION
    }  # fmt: skip
    years = range(today.year, today.year + years_ahead + 1)
    if country:
        days = _holidays(country, subdivision, years, language) | days
    calendar = save_days(calendar, days=days, now=now, by=by)
    calendar.country, calendar.subdivision = country, subdivision
    calendar.holiday_language, calendar.years_ahead = language, years_ahead
    calendar.holidays_until = years[-1] if country else None
    calendar.save(
        update_fields=["country", "subdivision", "holiday_language", "years_ahead", "holidays_until"]
    )  # fmt: skip
    return calendar


def add_due(now: datetime) -> int:
    """Add the holidays of the years that came near, calendar by calendar, each once; return how many calendars got some."""
    due = Calendar.objects.exclude(country="").filter(
        # A year more than the one of Greenwich: somewhere it has begun already.
        Q(holidays_until__isnull=True) | Q(holidays_until__lt=F("years_ahead") + now.year + 1)
    )
    return sum(_add_years(pk, now) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _add_years(pk: int, now: datetime) -> bool:
    calendar = _locked(pk)
    year = _today(calendar, now).year
    first, last = (calendar.holidays_until or year - 1) + 1, year + calendar.years_ahead
    if not calendar.country or first > last:
        return False
    try:
        found = _holidays(
            calendar.country, calendar.subdivision, range(first, last + 1), calendar.holiday_language
        )  # fmt: skip
    except UnknownRegion as unknown:
        log.error("Calendar %s gets no public holidays: %s", calendar, unknown)
        return False
    days = days_of(calendar)
    new = {day: what for day, what in found.items() if day not in days}
    before = [str(one) for one in calendar.holidays.all()]
    calendar = save_days(calendar, days=days | new, now=now)
    calendar.holidays_until = last
    calendar.save(update_fields=["holidays_until"])
    changes = audit.differences({"holidays": before}, {"holidays": [str(one) for one in calendar.holidays.all()]})
    audit.record(calendar, AuditEntry.Action.CHANGED, by=None, now=now, changes=changes | {"holidays_until": last})
    return True


def _holidays(country: str, subdivision: str, years: range, language: str) -> dict[date, Day]:
    found = public_holidays(country, subdivision, years, language)
    return {day: Day(name, source=Holiday.Source.REGION) for day, name in found.items()}


def _locked(pk: int) -> Calendar:
    return Calendar.objects.select_for_update(of=("self",)).select_related("current").get(pk=pk)


def _today(calendar: Calendar, now: datetime) -> date:
    return now.astimezone(ZoneInfo(calendar.timezone)).date()
