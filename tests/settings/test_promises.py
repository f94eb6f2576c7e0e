"""Working hours with breaks, and what we promise in them."""

from datetime import date, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.administration.durations import NoDuration, in_words, minutes_of
from helpdesk.administration.times import NotReadable, read_days, read_hours, write_days, write_hours
from people.models import AuditEntry
from sla.models import Calendar, Policy, Target
from sla.promises import choose
from tests.factories import NOW
from tests.settings.conftest import Everything, entries

pytestmark = pytest.mark.django_db


def week(**changes: str) -> dict[str, str]:
    """Give what a browser sends for a calendar with a lunch break on weekdays."""
    days = {f"day_{day}": "08:00–12:00, 13:00–17:00" if day < 5 else "" for day in range(7)}
    return {"name": "Hamburg", "timezone": "europe/berlin", "holidays": ""} | days | changes


def test_a_lunch_break_is_no_working_time(client: Client, everything: Everything) -> None:
    client.post(reverse("settings:calendar", args=[everything.calendar.pk]), week())

    terms = choose({"priority": 3}, named=everything.policy.pk, now=NOW)
    assert terms is not None
    assert terms.due(NOW.replace(hour=10, minute=30), 60) == NOW.replace(hour=12, minute=30)  # from 11:30 in Berlin
    assert Calendar.objects.get().timezone == "Europe/Berlin"
    assert [str(one.start) for one in everything.calendar.intervals.filter(weekday=0)] == ["08:00:00", "13:00:00"]


def test_what_changed_in_the_week_is_recorded(client: Client, everything: Everything) -> None:
    client.post(
        reverse("settings:calendar", args=[everything.calendar.pk]),
        week(name="Office", holidays="24.12.2026 Christmas Eve", **{f"day_{day}": "08:00-17:00" for day in range(5)}),
    )

    assert AuditEntry.objects.get().changes == {
        "holidays": [["2026-12-25 Christmas Day"], ["2026-12-24 Christmas Eve"]],
    }


def test_the_form_shows_what_is_stored(client: Client, everything: Everything) -> None:
    client.post(reverse("settings:calendar", args=[everything.calendar.pk]), week(day_5="18:00-24:00"))

    page = client.get(reverse("settings:calendar", args=[everything.calendar.pk])).content.decode()

    assert 'value="08:00–12:00, 13:00–17:00"' in page
    assert 'value="18:00–24:00"' in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day_0": "8 to lunch"}, "is no interval"),
        ({"day_0": "12:00-08:00"}, "is no interval"),
        ({"day_0": "25:00-26:00"}, "is no interval"),
        ({"day_0": "08:00-12:00, 11:00-17:00"}, "overlaps with what begins at 11:00"),
        ({"day_0": "18:00-24:00, 20:00-21:00"}, "overlaps with what begins at 20:00"),
        ({"timezone": "Middle/Earth"}, "no such time zone"),
        ({"holidays": "Christmas"}, "cannot be read"),
        ({"holidays": "2026-02-30 Nothing"}, "cannot be read"),
        ({"holidays": "2026-12-24 08:00-12:00, 11:00-13:00 Eve"}, "overlap"),
        ({f"day_{day}": "" for day in range(5)}, "at least one day"),
    ],
)
def test_what_is_no_working_time_is_explained(
    client: Client, everything: Everything, changes: dict[str, str], words: str
) -> None:
    response = client.post(reverse("settings:calendar_new"), week(**changes))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert Calendar.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("8-12", [(time(8), time(12))]),
        ("08:00–12:00;13:00 bis 17:30", [(time(8), time(12)), (time(13), time(17, 30))]),
        ("00:00-24:00", [(time(0), time(0))]),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, spans: list[tuple[time, time]]) -> None:
    assert read_hours(text) == spans
    assert read_hours(write_hours(spans)) == spans


def test_days_are_read_as_people_write_them() -> None:
    found = read_days(
        "2026-12-25: Weihnachten\n\n 1.1.2027, Neujahr\n2027-05-01\n24.12.2026 13:00-15:00, 8:00 bis 12:00: Heiligabend\n"
        "2027-04-01 8-12 Club"
    )

    assert found == {
        date(2026, 12, 25): ("Weihnachten", []), date(2027, 1, 1): ("Neujahr", []), date(2027, 5, 1): ("", []),
        date(2026, 12, 24): ("Heiligabend", [(time(8), time(12)), (time(13), time(15))]),
        date(2027, 4, 1): ("8-12 Club", []),
    }  # fmt: skip
    assert read_days(write_days(found)) == found
    for unreadable in ("Neujahr 2027", "2027-01-01 12:00–08:00 Neujahr"):
        with pytest.raises(NotReadable):
            read_days(unreadable)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("45", 45),
        ("45 min", 45),
        ("4 h", 240),
        ("1:30", 90),
        ("1,5 h", 90),
        ("8 h 30 min", 510),
        ("2 Std. 5 Min.", 125),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes
    assert minutes_of(in_words(minutes)) == minutes


@pytest.mark.parametrize("text", ["", " ", "soon", "0", "0 h", "-5", "1:75", "9" * 6 + " h", "h", "9999 h 999999"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(NoDuration):
        minutes_of(text)


def test_a_policy_is_saved_with_its_targets_and_takes_the_default_place(client: Client, everything: Everything) -> None:
    client.post(
        reverse("settings:policy_new"),
        {
            "name": "Gold", "calendar": everything.calendar.pk, "is_default": "on", "is_active": "on",
            "first_response_4": "15", "resolution_4": "2 h", "first_response_1": "1:00", "resolution_1": "8 h",
        },
    )  # fmt: skip

    gold = Policy.objects.get(name="Gold")
    assert list(Policy.objects.default()) == [gold]
    assert list(gold.versions.get().targets.values_list("priority", "first_response_minutes", "resolution_minutes")) == [
        (4, 15, 120), (1, 60, 480),
    ]  # fmt: skip
    assert entries() == [("sla.policy", "created")]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"first_response_4": "2 h", "resolution_4": "1 h"}, "cannot be due before"),
        ({"first_response_4": "soon", "resolution_4": "1 h"}, "Write it as 45 min"),
    ],
)
def test_impossible_promises_are_explained(
    client: Client, everything: Everything, typed: dict[str, str], words: str
) -> None:
    response = client.post(reverse("settings:policy_new"), {"name": "Gold", "calendar": everything.calendar.pk} | typed)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert Policy.objects.count() == 1


def test_the_preview_says_what_it_means_now_and_saves_nothing(client: Client, everything: Everything) -> None:
    response = client.post(
        reverse("settings:policy_preview"),
        {
            "calendar": everything.calendar.pk,
            "first_response_3": "1 h",
            "resolution_3": "4 h",
            "first_response_2": "nonsense",
        },
    )

    text = response.content.decode()
    assert "A ticket of priority “high” opened Friday 16:30 must be answered by Monday 08:30." in text
    assert "normal" not in text
    assert (Target.objects.count(), entries()) == (1, [])


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_do_not_grow(
    client: Client, everything: Everything, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count - 1):
        client.post(reverse("settings:calendar_new"), week(name=f"Calendar {number}"))
        calendar = Calendar.objects.get(name=f"Calendar {number}")
        client.post(
            reverse("settings:policy_new"),
            {"name": f"SLA {number}", "calendar": calendar.pk, "first_response_3": "1 h", "resolution_3": "4 h"},
        )

    client.get(reverse("settings:calendars"))
    with django_assert_num_queries(6):
        client.get(reverse("settings:calendars"))
    with django_assert_num_queries(11):
        client.get(reverse("settings:policies"))
