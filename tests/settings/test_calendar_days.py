"""Weeks from a later day on, exceptions, public holidays, files, the year, the trial and the history."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from people.models import AuditEntry, User
from sla.models import Calendar
from sla.operations.calendars import Day, days_of, save_days
from tests.factories import NOW
from tests.settings.conftest import Everything
from tests.settings.test_promises import week

pytestmark = pytest.mark.django_db

ICS = b"""BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20200506\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Day <b>of</b> us\r
END:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20300101T100000Z\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""


def page(client: Client, name: str, calendar: Calendar, **query: Any) -> str:
    return client.get(reverse(f"settings:{name}", args=[calendar.pk]), query).content.decode()


def send(client: Client, name: str, calendar: Calendar, data: dict[str, Any]) -> Any:
    return client.post(reverse(f"settings:{name}", args=[calendar.pk]), data)


def upload(client: Client, calendar: Calendar, data: bytes) -> Any:
    return send(client, "calendar_import", calendar, {"file": SimpleUploadedFile("days.ics", data)})


def test_a_week_from_a_later_day_on_is_shown_beside_the_one_that_holds(client: Client, everything: Everything) -> None:
    begins = timezone.now().date() + timedelta(days=40)

    send(client, "calendar", everything.calendar, week(day_0="10:00-11:00", effective_from=begins.isoformat()))

    calendar = Calendar.objects.get()
    assert [one for one, _week in calendar.hours().later] == [begins]
    assert calendar.hours().week[0] == ((480, 1020),)
    text = page(client, "calendar", calendar)
    assert f'value="{begins.isoformat()}"' in text
    assert "Until then:" in text and "08:00–17:00" in text and 'value="10:00–11:00"' in text


def test_saving_a_planned_week_untouched_changes_nothing(client: Client, everything: Everything) -> None:
    begins = (timezone.now().date() + timedelta(days=40)).isoformat()
    data = week(day_0="10:00-11:00", effective_from=begins)
    send(client, "calendar", everything.calendar, data)

    send(client, "calendar", everything.calendar, data)

    assert everything.calendar.revisions.count() == 2
    assert AuditEntry.objects.count() == 1


def test_a_day_that_is_over_is_refused_with_the_reason(client: Client, everything: Everything) -> None:
    yesterday = timezone.now().date() - timedelta(days=2)

    response = send(client, "calendar", everything.calendar, week(effective_from=yesterday.isoformat()))

    assert response.status_code == 422
    assert "That day is over" in response.content.decode()
    assert everything.calendar.revisions.count() == 1


def test_an_exception_has_hours_and_untouched_days_keep_their_source(client: Client, everything: Everything) -> None:
    save_days(everything.calendar, days={date(2027, 5, 1): Day("Labour Day", source="region")}, now=NOW)

    send(client, "calendar", everything.calendar, week(holidays="2027-05-01 Labour Day\n24.12.2027 08:00-12:00 Eve"))

    assert days_of(Calendar.objects.get()) == {
        date(2027, 5, 1): Day("Labour Day", source="region"),
        date(2027, 12, 24): Day("Eve", ((480, 720),)),
    }
    assert "2027-12-24 08:00–12:00 Eve" in page(client, "calendar", everything.calendar)


def test_the_holidays_of_a_place_are_shown_before_they_are_taken_over(client: Client, everything: Everything) -> None:
    chosen = {"country": "DE", "subdivision": "HH", "language": "de", "years_ahead": 1}

    text = page(client, "calendar_holidays", everything.calendar, **chosen)
    assert "Reformationstag" in text and "Bavaria" in text
    assert everything.calendar.revisions.count() == 1

    send(client, "calendar_holidays", everything.calendar, chosen)
    calendar = Calendar.objects.get()
    assert (calendar.country, calendar.subdivision, calendar.years_ahead) == ("DE", "HH", 1)
    assert "Reformationstag" in {day.name for day in days_of(calendar).values()}
    assert AuditEntry.objects.get().changes["country"] == ["", "DE"]


def test_a_state_of_the_country_before_is_dropped_when_another_is_looked_at(
    client: Client, everything: Everything
) -> None:
    text = page(
        client, "calendar_holidays", everything.calendar, country="AT", subdivision="HH", language="de", years_ahead=1
    )

    assert "Nationalfeiertag" in text and "Vienna" in text


@pytest.mark.parametrize(
    "wrong", [{"country": "XX"}, {"subdivision": "XX"}, {"years_ahead": "99"}, {"language": "tlh"}]
)
def test_an_impossible_place_is_refused(client: Client, everything: Everything, wrong: dict[str, str]) -> None:
    data = {"country": "DE", "subdivision": "HH", "language": "de", "years_ahead": "1"} | wrong

    assert send(client, "calendar_holidays", everything.calendar, data).status_code == 422
    assert everything.calendar.revisions.count() == 1


def test_a_file_is_shown_first_and_then_taken_over_as_it_was_left(client: Client, everything: Everything) -> None:
    preview = upload(client, everything.calendar, ICS)

    text, year = preview.content.decode(), timezone.now().year + 1
    assert preview.status_code == 200
    assert f"{year}-05-06 Day &lt;b&gt;of&lt;/b&gt; us" in text
    assert "1 entry was left out" in text
    assert everything.calendar.revisions.count() == 1

    send(client, "calendar_import", everything.calendar, {"days": f"{year}-05-06 09:00-10:00 Our day"})
    days = days_of(Calendar.objects.get())
    assert days[date(year, 5, 6)] == Day("Our day", ((540, 600),), source="import")
    assert date(2026, 12, 25) in days
    assert AuditEntry.objects.count() == 1


def test_days_that_would_be_replaced_are_named(client: Client, everything: Everything) -> None:
    save_days(everything.calendar, days={date(timezone.now().year + 1, 5, 6): Day("Fair")}, now=NOW)

    assert "Fair → Day &lt;b&gt;of&lt;/b&gt; us" in upload(client, everything.calendar, ICS).content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hello", "no calendar file"),
        (b"x" * 600_000, "too large"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no entry of a whole day"),
        (b"", "empty"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(client: Client, everything: Everything, data: bytes, words: str) -> None:
    response = upload(client, everything.calendar, data)

    assert response.status_code == 422
    assert words in response.content.decode()


def test_the_year_shows_closed_and_special_days(client: Client, everything: Everything) -> None:
    save_days(
        everything.calendar,
        days={date(2027, 12, 24): Day("Eve", ((480, 720),)), date(2027, 12, 25): Day("<i>Christmas</i>")},
        now=NOW,
    )

    text = page(client, "calendar_year", everything.calendar, year="2027")

    assert 'class="is-special" title="Eve: 08:00–12:00"' in text
    assert 'class="is-holiday" title="&lt;i&gt;Christmas&lt;/i&gt;: closed"' in text
    assert page(client, "calendar_year", everything.calendar, year="9999").count("<table") == 12


def test_the_trial_says_when_working_time_is_over(client: Client, everything: Everything) -> None:
    text = page(client, "calendar_trial", everything.calendar, start="2026-11-27T16:00", length="4 h")

    assert "From Fri, 27 Nov 2026, 16:00 on, 4 h of working time are over on Mon, 30 Nov 2026, 11:00." in text
    assert "08:00–11:00" in text


@pytest.mark.parametrize(
    ("start", "length"),
    [("0001-01-01T00:00", "4 h"), ("soon", "4 h"), ("2026-11-27T16:00", "2000 h"), ("2026-11-27T16:00", "")],
)
def test_a_trial_of_nonsense_says_so(client: Client, everything: Everything, start: str, length: str) -> None:
    response = client.get(
        reverse("settings:calendar_trial", args=[everything.calendar.pk]), {"start": start, "length": length}
    )

    assert response.status_code == 422
    assert 'class="wrong"' in response.content.decode()


def test_the_history_says_who_changed_what(client: Client, everything: Everything, admin: User) -> None:
    send(client, "calendar", everything.calendar, week(holidays="2027-12-24 08:00-12:00 Eve"))

    text = page(client, "calendar_revisions", everything.calendar)

    assert text.index("Ada Admin</b> · revision 2") < text.index("The system</b> · revision 1")
    assert "Eve (08:00–12:00)" in text and "Christmas Day (closed)" in text
    assert "Monday 08:00–12:00, 13:00–17:00" in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_of_the_history_and_the_year_do_not_grow(
    client: Client, everything: Everything, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        send(
            client, "calendar", everything.calendar, week(holidays=f"2027-12-2{number} Day\n2027-11-0{number + 1} Day")
        )

    page(client, "calendar_revisions", everything.calendar)
    with django_assert_num_queries(4):
        page(client, "calendar_revisions", everything.calendar)
    with django_assert_num_queries(4):
        page(client, "calendar_year", everything.calendar, year="2027")
