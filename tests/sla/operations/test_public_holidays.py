"""The public holidays of a place, chosen once and added each year."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from people.models import AuditEntry
from sla.models import Calendar
from sla.operations.calendars import Day, days_of, save_days
from sla.operations.public_holidays import add_due, choose_region
from sla.public_holidays import UnknownRegion, countries, public_holidays, subdivisions
from sla.tasks import add_public_holidays
from tests.factories import make_agent
from tests.sla.build import NOW, make_calendar

pytestmark = pytest.mark.django_db

REFORMATION = date(2027, 10, 31)


def choose(calendar, country="DE", subdivision="HH", years_ahead=1, now=NOW):
    return choose_region(
        calendar, country=country, subdivision=subdivision, language="de", years_ahead=years_ahead,
        by=make_agent(), now=now,
    )  # fmt: skip


def test_states_have_holidays_of_their_own_in_both_languages():
    assert public_holidays("DE", "HH", [2027], "de")[REFORMATION] == "Reformationstag"
    assert public_holidays("DE", "HH", [2027], "en")[REFORMATION] == "Reformation Day"
    assert REFORMATION not in public_holidays("DE", "BY", [2027], "de")
    assert REFORMATION not in public_holidays("DE", "", [2027], "de")
    for language, bavaria, germany in (("en", "Bavaria", "Germany"), ("de", "Bayern", "Deutschland")):
        with override(language):
            assert ("BY", bavaria) in subdivisions("DE")
            assert ("DE", germany) in countries()


@pytest.mark.parametrize(("country", "subdivision"), [("XX", ""), ("DE", "XX"), ("", ""), ("../DE", "")])
def test_an_unknown_place_is_refused(country, subdivision):
    with pytest.raises(UnknownRegion):
        public_holidays(country, subdivision, [2027], "de")


def test_every_country_we_offer_has_holidays():
    for code, _name in countries():
        assert len(public_holidays(code, "", [2027], "de")) >= 3, code


def test_a_place_brings_this_years_and_next_years_holidays_as_a_revision():
    calendar = choose(make_calendar(holidays={date(2026, 12, 25): Day("Notdienst", ((540, 600),))}))

    assert calendar.hours().closed == {*public_holidays("DE", "HH", [2026, 2027], "de")} - {date(2026, 12, 25)}
    assert calendar.hours().on(date(2026, 12, 25)) == ((540, 600),)
    assert (calendar.country, calendar.subdivision, calendar.holidays_until) == ("DE", "HH", 2027)
    assert calendar.revisions.count() == 2


def test_another_place_takes_the_coming_holidays_of_the_first_away_and_leaves_what_is_over():
    calendar = choose(make_calendar(holidays={}))

    calendar = choose(calendar, subdivision="BY")

    days = days_of(calendar)
    assert date(2026, 10, 31) in days  # was a holiday in Hamburg, two days ago
    assert REFORMATION not in days
    assert days[date(2027, 11, 1)] == Day("Allerheiligen", source="region")


def test_no_place_takes_all_coming_holidays_away():
    calendar = choose(choose(make_calendar()), country="", subdivision="")

    assert [day for day in days_of(calendar) if day > NOW.date()] == [date(2026, 12, 25)]
    assert calendar.holidays_until is None
    assert add_due(NOW) == 0


def test_a_year_later_the_next_year_is_added_once_and_recorded_as_done_by_the_system():
    calendar = choose(make_calendar())
    later = datetime(2027, 1, 1, 0, 30, tzinfo=UTC)

    assert [add_due(NOW), add_due(later), add_due(later)] == [0, 1, 0]

    calendar.refresh_from_db()
    assert {day.year for day in calendar.hours().closed} == {2026, 2027, 2028}
    assert calendar.current.saved_by is None
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.kind, entry.key) == (None, "sla.calendar", calendar.pk)
    assert entry.changes["holidays_until"] == 2028


def test_a_year_begins_when_it_begins_in_the_zone_of_the_calendar():
    calendar = choose(make_calendar(zone="Pacific/Auckland"))

    assert add_due(datetime(2026, 12, 31, 10, tzinfo=UTC)) == 0
    assert add_due(datetime(2026, 12, 31, 12, tzinfo=UTC)) == 1
    assert Calendar.objects.get(pk=calendar.pk).holidays_until == 2028


def test_what_somebody_took_away_does_not_come_back_with_the_next_year():
    calendar = choose(make_calendar())
    save_days(calendar, days={day: it for day, it in days_of(calendar).items() if day != REFORMATION}, now=NOW)

    add_due(NOW + timedelta(days=200))

    assert REFORMATION not in days_of(calendar)
    assert date(2028, 10, 31) in days_of(calendar)


def test_calendars_without_a_place_are_left_alone():
    make_calendar()

    assert add_public_holidays() == 0
