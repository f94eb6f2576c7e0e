"""Working time against plain examples and against an oracle that looks at every single minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sla.worktime import Hours, NeverOpen, always_open, due, minutes_between, segments

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = ((480, 720), (780, 1020))  # 8-12 and 13-17
WEEKDAYS = Hours("Europe/Berlin", (OFFICE,) * 5 + ((),) * 2)
NIGHTS = Hours("Europe/Berlin", (((0, 360), (1320, 1440)),) * 7)  # 22-6
MINUTE = timedelta(minutes=1)


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN).astimezone(UTC)


# --- examples


def test_the_lunch_break_and_the_night_do_not_count():
    found = segments(WEEKDAYS, berlin(2026, 11, 23, 11), berlin(2026, 11, 24, 9))

    assert found == [
        (berlin(2026, 11, 23, 11), berlin(2026, 11, 23, 12)),
        (berlin(2026, 11, 23, 13), berlin(2026, 11, 23, 17)),
        (berlin(2026, 11, 24, 8), berlin(2026, 11, 24, 9)),
    ]
    assert minutes_between(WEEKDAYS, berlin(2026, 11, 23, 11), berlin(2026, 11, 24, 9)) == 360


def test_a_target_runs_over_the_weekend():
    assert due(WEEKDAYS, berlin(2026, 11, 27, 16), timedelta(hours=2)) == berlin(2026, 11, 30, 9)


def test_time_is_up_at_closing_not_at_the_next_opening():
    assert due(WEEKDAYS, berlin(2026, 11, 27, 16), timedelta(hours=1)) == berlin(2026, 11, 27, 17)


def test_what_arrives_at_night_starts_in_the_morning():
    assert due(WEEKDAYS, berlin(2026, 11, 27, 3), timedelta(minutes=30)) == berlin(2026, 11, 27, 8, 30)


def test_nothing_to_wait_for_is_due_at_once_even_at_night():
    assert due(WEEKDAYS, berlin(2026, 11, 28, 3), timedelta()) == berlin(2026, 11, 28, 3)


def test_a_holiday_does_not_count():
    hours = Hours("Europe/Berlin", WEEKDAYS.week, frozenset({date(2026, 12, 25)}))

    assert due(hours, berlin(2026, 12, 24, 16), timedelta(hours=2)) == berlin(2026, 12, 28, 9)


def test_the_holiday_is_a_local_date():
    hours = Hours("Pacific/Auckland", WEEKDAYS.week, frozenset({date(2026, 11, 24)}))
    auckland = ZoneInfo("Pacific/Auckland")

    assert due(hours, datetime(2026, 11, 23, 20, tzinfo=UTC), MINUTE) == datetime(2026, 11, 25, 8, 1, tzinfo=auckland)


def test_the_night_the_clocks_go_back_is_an_hour_longer():
    assert minutes_between(NIGHTS, berlin(2026, 10, 24, 22), berlin(2026, 10, 25, 6)) == 9 * 60
    assert due(NIGHTS, berlin(2026, 10, 24, 22), timedelta(hours=8)) == berlin(2026, 10, 25, 5)


def test_the_night_the_clocks_go_forward_is_an_hour_shorter():
    assert minutes_between(NIGHTS, berlin(2026, 3, 28, 22), berlin(2026, 3, 29, 6)) == 7 * 60
    assert due(NIGHTS, berlin(2026, 3, 28, 22), timedelta(hours=7)) == berlin(2026, 3, 29, 6)


def test_an_interval_inside_the_hour_that_is_skipped_never_comes():
    hours = Hours("Europe/Berlin", (((120, 180),),) * 7)

    assert minutes_between(hours, berlin(2026, 3, 29), berlin(2026, 3, 30)) == 0
    assert due(hours, berlin(2026, 3, 29), MINUTE) == berlin(2026, 3, 30, 2, 1)


def test_an_interval_inside_the_hour_that_repeats_comes_twice():
    hours = Hours("Europe/Berlin", (((120, 180),),) * 7)

    assert minutes_between(hours, berlin(2026, 10, 25), berlin(2026, 10, 26)) == 120


def test_round_the_clock_is_plain_elapsed_time():
    start, end = berlin(2026, 10, 20, 9, 30), berlin(2026, 11, 2, 9, 30)

    assert segments(always_open("Europe/Berlin"), start, end) == [(start, end)]
    assert due(always_open("Europe/Berlin"), start, timedelta(days=5)) == start + timedelta(days=5)


def test_seconds_are_kept():
    start = berlin(2026, 11, 23, 16, 59) + timedelta(seconds=59, microseconds=500_000)

    assert due(WEEKDAYS, start, timedelta(seconds=2)) == berlin(2026, 11, 24, 8) + timedelta(seconds=1.5)


def test_intervals_that_overlap_count_once():
    hours = Hours("UTC", (((540, 660), (480, 600)),) * 7)

    assert hours == Hours("UTC", (((480, 660),),) * 7)
    assert minutes_between(hours, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)) == 180


def test_a_day_an_island_skipped_does_not_count():
    apia = ZoneInfo("Pacific/Apia")  # went from 29 to 31 December 2011
    start, end = datetime(2011, 12, 29, 8, tzinfo=apia), datetime(2011, 12, 31, 17, tzinfo=apia)

    assert minutes_between(Hours("Pacific/Apia", (OFFICE,) * 7), start, end) == 2 * 8 * 60


def test_nothing_lies_between_a_moment_and_an_earlier_one():
    assert minutes_between(WEEKDAYS, berlin(2026, 11, 24, 9), berlin(2026, 11, 23, 9)) == 0


# --- later weeks and days with hours of their own


def test_a_later_week_holds_from_its_local_date_on():
    hours = Hours("Pacific/Auckland", (OFFICE,) * 7, later=((date(2026, 11, 25), (((600, 660),),) * 7),))
    auckland = ZoneInfo("Pacific/Auckland")

    assert segments(hours, datetime(2026, 11, 24, 2, tzinfo=UTC), datetime(2026, 11, 25, 0, tzinfo=UTC)) == [
        (datetime(2026, 11, 24, 15, tzinfo=auckland), datetime(2026, 11, 24, 17, tzinfo=auckland)),
        (datetime(2026, 11, 25, 10, tzinfo=auckland), datetime(2026, 11, 25, 11, tzinfo=auckland)),
    ]


def test_later_weeks_come_in_any_order():
    first, second = (((0, 60),),) * 7, (((60, 120),),) * 7
    begins = date(2026, 11, 25), date(2026, 12, 2)
    hours = Hours("UTC", (OFFICE,) * 7, later=((begins[1], second), (begins[0], first)))

    assert hours == Hours("UTC", (OFFICE,) * 7, later=((begins[0], first), (begins[1], second)))
    assert [hours.on(date(2026, 11, 24)), hours.on(begins[0]), hours.on(date(2026, 12, 1)), hours.on(begins[1])] == [
        OFFICE,
        ((0, 60),),
        ((0, 60),),
        ((60, 120),),
    ]


def test_a_day_with_hours_of_its_own_wins_over_the_week_and_over_closed():
    eve, saturday, off = date(2026, 12, 24), date(2026, 11, 28), date(2026, 11, 30)
    hours = Hours(
        "Europe/Berlin",
        WEEKDAYS.week,
        frozenset({eve}),
        special=((eve, ((480, 720),)), (saturday, ((600, 660),)), (off, ())),
    )

    assert (hours.on(eve), hours.on(saturday), hours.on(off)) == (((480, 720),), ((600, 660),), ())
    assert due(hours, berlin(2026, 11, 27, 16), timedelta(hours=3)) == berlin(2026, 12, 1, 9)


def test_hours_that_say_the_same_are_equal_and_can_be_a_key():
    day = date(2026, 12, 24)
    one, other = (Hours("UTC", (OFFICE,) * 7, special=((day, spans),)) for spans in (((0, 60),), ((0, 30), (20, 60))))

    assert one == other
    assert {one: 1}[other] == 1


# --- pauses


def test_a_pause_moves_the_due_moment_by_its_working_time():
    pause = (berlin(2026, 11, 23, 16), berlin(2026, 11, 24, 9))

    assert due(WEEKDAYS, berlin(2026, 11, 23, 15), timedelta(hours=2), [pause]) == berlin(2026, 11, 24, 10)


def test_pauses_may_overlap_and_come_in_any_order():
    pauses = [
        (berlin(2026, 11, 23, 10), berlin(2026, 11, 23, 11)),
        (berlin(2026, 11, 23, 9), berlin(2026, 11, 23, 10, 30)),
    ]

    assert due(WEEKDAYS, berlin(2026, 11, 23, 8), timedelta(minutes=90), pauses) == berlin(2026, 11, 23, 11, 30)


def test_while_a_pause_is_open_there_is_no_due_moment():
    assert due(WEEKDAYS, berlin(2026, 11, 23, 8), timedelta(hours=2), [(berlin(2026, 11, 23, 9), None)]) is None
    assert due(WEEKDAYS, berlin(2026, 11, 23, 8), timedelta(hours=2), [(berlin(2026, 11, 21), None)]) is None


def test_a_pause_that_opens_after_time_was_up_changes_nothing():
    pause = (berlin(2026, 11, 23, 11), None)

    assert due(WEEKDAYS, berlin(2026, 11, 23, 8), timedelta(hours=2), [pause]) == berlin(2026, 11, 23, 10)


# --- refusals


def test_hours_without_an_interval_are_refused():
    with pytest.raises(NeverOpen):
        Hours("UTC", ((),) * 7)


def test_a_later_week_without_an_interval_is_refused_for_nothing_would_ever_be_due():
    with pytest.raises(NeverOpen):
        Hours("UTC", (OFFICE,) * 7, later=((date(2027, 1, 1), ((),) * 7),))


@pytest.mark.parametrize(
    "twice", [{"later": ((date(2027, 1, 1), (OFFICE,) * 7),) * 2}, {"special": ((date(2027, 1, 1), ()),) * 2}]
)
def test_a_date_that_comes_twice_is_refused(twice):
    with pytest.raises(ValueError, match="A date has one week"):
        Hours("UTC", (OFFICE,) * 7, **twice)


def test_impossible_hours_of_a_day_are_refused():
    with pytest.raises(ValueError, match="starts before it ends"):
        Hours("UTC", (OFFICE,) * 7, special=((date(2027, 1, 1), ((600, 1441),)),))


@pytest.mark.parametrize("interval", [(600, 600), (700, 600), (-1, 600), (600, 1441)])
def test_an_impossible_interval_is_refused(interval):
    with pytest.raises(ValueError, match="starts before it ends"):
        Hours("UTC", ((interval,),) + ((),) * 6)


def test_a_week_of_six_days_is_refused():
    with pytest.raises(ValueError, match="7 days"):
        Hours("UTC", (OFFICE,) * 6)


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(ZoneInfoNotFoundError):
        Hours("Europe/Atlantis", (OFFICE,) * 7)


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        due(WEEKDAYS, datetime(2026, 11, 23), MINUTE)


# --- against the oracle


def is_working(hours, moment):
    local = moment.astimezone(ZoneInfo(hours.timezone))
    minute, today = local.hour * 60 + local.minute, local.date()
    own = [intervals for day, intervals in hours.special if day == today]
    if not own and today in hours.closed:
        return False
    week = hours.week
    for begins, another in hours.later:
        if begins <= today:
            week = another
    return any(s <= minute < e for s, e in (own[0] if own else week[local.weekday()]))


def is_paused(pauses, moment):
    return any(since <= moment and (to is None or moment < to) for since, to in pauses)


def counted_minutes(hours, start, end, pauses):
    minutes = (start + MINUTE * n for n in range((end - start) // MINUTE))
    return sum(is_working(hours, minute) and not is_paused(pauses, minute) for minute in minutes)


# The nights of Berlin, of New York and St. John's, and of Lord Howe, whose clocks move by half an hour; and the turn of a year.
NIGHTS_OF_CHANGE = [
    (2026, 3, 27),
    (2026, 10, 23),
    (2026, 3, 6),
    (2026, 10, 30),
    (2026, 4, 3),
    (2026, 10, 2),
    (2026, 12, 29),
]
AROUND = [datetime(*day, tzinfo=UTC) for day in NIGHTS_OF_CHANGE]
ZONES = ["Europe/Berlin"] * 4 + ["UTC", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]
intervals = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(lambda drawn: (drawn[0], min(sum(drawn), 1440)))
edges = st.sampled_from([(0, 1440), (0, 150), (90, 150), (120, 180), (150, 1440), (180, 240), (480, 720), (1380, 1440)])
days = st.lists(intervals | edges, max_size=3).map(tuple)
weeks = st.tuples(*[days] * 7).map(lambda week: week if any(week) else (((480, 720),), *week[1:]))


@st.composite
def hours_and_start(draw):
    base = draw(st.sampled_from(AROUND))
    dates = st.integers(-1, 7).map(lambda n: base.date() + timedelta(days=n))
    hours = Hours(
        draw(st.sampled_from(ZONES)),
        draw(weeks),
        draw(st.frozensets(dates, max_size=4)),
        tuple(draw(st.dictionaries(dates, weeks, max_size=3)).items()),
        tuple(draw(st.dictionaries(dates, days, max_size=4)).items()),
    )
    return hours, base + MINUTE * draw(st.integers(0, 5 * 1440))


@st.composite
def any_pauses(draw, start, *, may_stay_open):
    ends = st.integers(0, 2880) | st.none() if may_stay_open else st.integers(0, 2880)
    drawn = draw(st.lists(st.tuples(st.integers(-600, 2880), ends), max_size=3))
    return [(start + MINUTE * n, None if m is None else start + MINUTE * (n + m)) for n, m in drawn]


@settings(max_examples=120, deadline=None)
@given(st.data(), hours_and_start(), st.integers(0, 3 * 1440))
def test_minutes_between_agrees_with_looking_at_every_minute(data, situation, length):
    hours, start = situation
    end = start + MINUTE * length
    pauses = data.draw(any_pauses(start, may_stay_open=True))

    assert minutes_between(hours, start, end, pauses) == counted_minutes(hours, start, end, pauses)


@settings(max_examples=120, deadline=None)
@given(st.data(), hours_and_start(), st.integers(1, 1500))
def test_due_is_the_first_moment_by_which_enough_minutes_were_counted(data, situation, minutes):
    hours, start = situation
    pauses = data.draw(any_pauses(start, may_stay_open=False))

    moment = due(hours, start, MINUTE * minutes, pauses)

    assume(moment - start < timedelta(days=12))
    assert counted_minutes(hours, start, moment, pauses) == minutes
    assert is_working(hours, moment - MINUTE) and not is_paused(pauses, moment - MINUTE)


@settings(max_examples=60, deadline=None)
@given(st.data(), hours_and_start(), st.integers(1, 900))
def test_an_open_pause_leaves_a_due_moment_only_if_time_was_up_before(data, situation, minutes):
    hours, start = situation
    opened = start + MINUTE * data.draw(st.integers(-600, 2880))
    pauses = [*data.draw(any_pauses(start, may_stay_open=True)), (opened, None)]
    halt = min(since for since, to in pauses if to is None)

    moment = due(hours, start, MINUTE * minutes, pauses)

    counted = counted_minutes(hours, start, max(start, halt), pauses)
    assert (moment is None) == (counted < minutes)


@settings(max_examples=60, deadline=None)
@given(hours_and_start(), st.integers(0, 3 * 1440 * 60))
@example((always_open("Europe/Berlin"), AROUND[1]), 3 * 1440 * 60)
def test_segments_are_ordered_apart_and_inside_the_question(situation, seconds):
    hours, start = situation
    end = start + timedelta(seconds=seconds)

    found = segments(hours, start, end)

    flat = [moment for segment in found for moment in segment]
    assert flat == sorted(set(flat))
    assert all(start <= moment <= end for moment in flat)
