"""Calendar files of all kinds, most of them not well meant."""

from contextlib import suppress
from datetime import date, timedelta
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.ical import MAX_BYTES, Found, NoCalendar, TooMuch, read

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


def ics(*events, head=""):
    inner = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{inner}END:VCALENDAR\r\n"


def found_in(text, **changes):
    data = text if isinstance(text, bytes) else text.encode()
    return read(data, **{"timezone": "Europe/Berlin", "first": FIRST, "last": LAST} | changes)


def test_a_whole_day_is_a_day():
    assert found_in(ics("DTSTART;VALUE=DATE:20261224\r\nSUMMARY:Heiligabend")) == Found(
        {date(2026, 12, 24): "Heiligabend"}
    )


@pytest.mark.parametrize("end", ["DTEND;VALUE=DATE:20270102", "DURATION:P9D"])
def test_several_days_are_each_a_day(end):
    found = found_in(ics(f"DTSTART;VALUE=DATE:20261224\r\n{end}\r\nSUMMARY:Zwischen den Jahren"))

    assert list(found.days) == [date(2026, 12, 24) + timedelta(days=n) for n in range(9)]
    assert set(found.days.values()) == {"Zwischen den Jahren"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=YEARLY", [date(2026, 11, 26), date(2027, 11, 26), date(2028, 11, 26)]),
        ("FREQ=YEARLY;INTERVAL=2", [date(2026, 11, 26), date(2028, 11, 26)]),
        ("FREQ=YEARLY;COUNT=8", [date(2026, 11, 26), date(2027, 11, 26)]),
        ("FREQ=YEARLY;UNTIL=20270101", [date(2026, 11, 26)]),
        ("FREQ=YEARLY;UNTIL=20270101T000000Z", [date(2026, 11, 26)]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", [date(2026, 11, 26), date(2027, 11, 25), date(2028, 11, 23)]),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", [date(2026, 5, 25), date(2027, 5, 31), date(2028, 5, 29)]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", [date(2028, 2, 29)]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", []),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1", [date(2026, 12, 31), date(2027, 12, 31), date(2028, 12, 31)]),
    ],
)
def test_what_comes_each_year_comes_each_year(rule, expected):
    assert list(found_in(ics(f"DTSTART;VALUE=DATE:20201126\r\nRRULE:{rule}\r\nSUMMARY:X")).days) == expected


def test_a_day_taken_out_of_a_rule_stays_out():
    found = found_in(ics("DTSTART;VALUE=DATE:20201126\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20271126\r\nSUMMARY:X"))

    assert list(found.days) == [date(2026, 11, 26), date(2028, 11, 26)]


@pytest.mark.parametrize(
    ("zone", "expected"), [("Europe/Berlin", [date(2026, 12, 25)]), ("UTC", []), ("America/New_York", [])]
)
def test_times_that_cover_a_whole_day_in_the_zone_of_the_calendar_are_one(zone, expected):
    event = "DTSTART:20261224T230000Z\r\nDTEND:20261225T230000Z\r\nSUMMARY:X"

    found = found_in(ics(event), timezone=zone)

    assert (list(found.days), found.left_out) == (expected, 1 - len(expected))


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART;TZID=Europe/Berlin:20261224T120000\r\nDTEND;TZID=Europe/Berlin:20261224T180000",
        "DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=SECONDLY",
        "DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=YEARLY;BYSETPOS=1",
        "DTSTART;VALUE=DATE:00010101\r\nRRULE:FREQ=YEARLY",
        "DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=YEARLY;BYDAY=" + ",".join(["MO"] * 5000),
        "DTSTART;VALUE=DATE:20269999",
        "SUMMARY:No day",
    ],
)
def test_what_is_no_whole_day_or_no_rule_we_know_is_left_out_and_counted(event):
    found = found_in(ics(event, "DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Kept"))

    assert found == Found({date(2026, 12, 25): "Kept"}, left_out=1)


def test_what_is_over_or_cancelled_is_no_day():
    found = found_in(
        ics(
            "DTSTART;VALUE=DATE:20240101\r\nSUMMARY:Old",
            "DTSTART;VALUE=DATE:20270101\r\nSTATUS:CANCELLED\r\nSUMMARY:Off",
        )
    )

    assert found == Found({}, is_past=1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_may_come_in_any_usual_encoding(encoding):
    text = ics("DTSTART;VALUE=DATE:20261101\r\nSUMMARY:Allerheiligen – Gedenktag für alle")

    assert found_in(text.encode(encoding)).days == {date(2026, 11, 1): "Allerheiligen – Gedenktag für alle"}


def test_a_name_is_one_short_line_without_control_characters():
    found = found_in(ics("DTSTART;VALUE=DATE:20261101\r\nSUMMARY:A\\nB\x07\u202eC" + "x" * 300))

    assert found.days[date(2026, 11, 1)].startswith("A B Cx")
    assert len(found.days[date(2026, 11, 1)]) == 100


@pytest.mark.parametrize("data", [b"", b"\0" * 500, b"PK\x03\x04", b"<html>", b"BEGIN:VCALENDAR", b"END:VCALENDAR\r\n"])
def test_what_is_no_calendar_is_refused(data):
    with pytest.raises(NoCalendar):
        found_in(data)


def test_what_is_too_large_is_refused():
    many = ics(*(f"DTSTART;VALUE=DATE:2027{m:02}01\r\nDURATION:P27D\r\nRRULE:FREQ=YEARLY" for m in range(1, 13)))
    for data in (b"x" * (MAX_BYTES + 1), ics("X-A:1\r\n" * 30_000).encode(), many.encode()):
        with pytest.raises(TooMuch):
            found_in(data, last=date(2036, 12, 31))


def test_rules_of_a_time_zone_that_are_counted_for_ever_cost_nothing():
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Evil\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000"
        "\r\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    began = monotonic()

    found = found_in(
        ics("DTSTART;TZID=Evil:20261224T000000\r\nDTEND;TZID=Evil:20261225T000000\r\nSUMMARY:X", head=zone)
    )

    assert (list(found.days), monotonic() - began < 2) == ([date(2026, 12, 24)], True)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(ics("DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=YEARLY").splitlines()) | st.text(max_size=30)
    )
)
def test_whatever_comes_is_read_or_refused(lines):
    with suppress(NoCalendar, TooMuch):
        found_in("\r\n".join(lines).encode("utf-8", "surrogatepass"))
