"""Why a promise is due when it is: hand-made histories in, what was counted out."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.promises import Terms
from sla.worktime import Hours
from tickets.deriving import Derivation, Occurrence, derive
from tickets.history import Walk

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours("Europe/Berlin", (((480, 720), (780, 1020)),) * 5 + ((),) * 2)
ALWAYS = Hours("Europe/Berlin", (((0, 1440),),) * 7)


def terms(hours=OFFICE, *, version=1, first=60, resolution=480, urgent=120):
    targets = {("first_response", 2): first, ("resolution", 2): resolution, ("resolution", 4): urgent}
    return Terms(
        policy=1, version=version, calendar=1, name="Standard", number=version, hours=hours, targets=targets,
        pauses=frozenset({"pending_customer"}), steps=(),
    )  # fmt: skip


def at(day, hour, minute=0, month=11):
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def opened(moment, version=1, priority=2):
    facts = {"terms": {"version": version, "calendar": 1, "priority": priority}}
    return Occurrence("opened", moment, facts, by="Rita")


def resolution_of(happened, now, **more) -> Derivation:
    known = {1: terms(**more), 2: terms(version=2, resolution=60)}
    found = derive(happened, lambda facts: known.get(facts.get("version")), now=now)
    return next(one for one in found if one.metric == "resolution")


def spans(found):
    return [
        (day.date.day, [f"{s.astimezone(BERLIN):%H:%M}-{e.astimezone(BERLIN):%H:%M}" for s, e in day.spans], day.length)
        for day in found.days
    ]


def test_lunch_breaks_and_the_night_are_not_counted():
    found = resolution_of([opened(at(23, 11))], at(23, 11))

    assert found.due_at == at(24, 11)
    assert spans(found) == [
        (23, ["11:00-12:00", "13:00-17:00"], timedelta(hours=5)), (24, ["08:00-11:00"], timedelta(hours=3)),
    ]  # fmt: skip
    assert (found.counted, found.left, found.state) == (timedelta(hours=8), timedelta(hours=8), "due")
    assert (found.start.kind, found.start.by, len(found.changes)) == ("opened", "Rita", 1)


def test_a_pause_tells_its_reason_and_the_working_time_it_took():
    happened = [
        opened(at(23, 8)),
        Occurrence("held", at(23, 10), {"state": "pending_customer"}, by="Anton"),
        Occurrence("resumed", at(24, 9), {}, by="Rita"),
    ]
    found = resolution_of(happened, at(24, 9))

    [halt] = found.halts
    assert (halt.state, halt.since, halt.to) == ("pending_customer", at(23, 10), at(24, 9))
    assert halt.length == timedelta(hours=2 + 4 + 1)
    assert found.due_at == at(24, 16)
    assert found.counted == timedelta(hours=8)


def test_an_open_pause_leaves_the_deadline_open():
    happened = [opened(at(23, 8)), Occurrence("held", at(23, 10), {"state": "pending_customer"})]
    found = resolution_of(happened, at(25, 10))

    assert (found.state, found.due_at, found.used) == ("paused", None, timedelta(hours=2))
    assert found.halts[0].to is None


def test_a_wait_that_the_terms_do_not_name_is_no_pause():
    happened = [opened(at(23, 8)), Occurrence("held", at(23, 10), {"state": "pending_third"})]

    assert resolution_of(happened, at(23, 11)).halts == ()


def test_a_change_of_priority_keeps_the_start_and_is_told_with_who_did_it():
    happened = [opened(at(23, 8)), Occurrence("prioritised", at(23, 9), {"target": 4}, by="Anton")]
    found = resolution_of(happened, at(23, 9))

    assert [(change.kind, change.by, change.priority, change.minutes, change.due_at) for change in found.changes] == [
        ("opened", "Rita", 2, 480, at(23, 17)), ("prioritised", "Anton", 4, 120, at(23, 10)),
    ]  # fmt: skip
    assert (found.started_at, found.due_at) == (at(23, 8), at(23, 10))


def test_other_terms_are_told_by_what_chose_them():
    happened = [
        opened(at(23, 8)),
        Occurrence("promised", at(23, 8, 30), {"version": 2, "calendar": 1, "priority": 2}),
        Occurrence("routed", at(23, 8, 30), {"target": 7}, by="Anton"),
    ]
    found = resolution_of(happened, at(23, 8, 30))

    assert [(change.kind, change.by, change.terms.version) for change in found.changes] == [
        ("opened", "Rita", 1), ("routed", "Anton", 2),
    ]  # fmt: skip
    assert found.due_at == at(23, 9)


def test_what_came_too_late_says_by_how_much():
    happened = [opened(at(23, 8)), Occurrence("resolved", at(24, 9), {}, by="Anton")]
    found = resolution_of(happened, at(26, 9))

    assert (found.state, found.late, found.late_work) == ("missed", timedelta(hours=16), timedelta(hours=1))
    assert (found.ended_at, found.end.by) == (at(24, 9), "Anton")
    assert found.used == timedelta(hours=8)


def test_what_was_kept_says_what_was_left():
    happened = [opened(at(23, 8)), Occurrence("resolved", at(23, 10), {}, by="Anton")]
    found = resolution_of(happened, at(26, 9))

    assert (found.state, found.used, found.left) == ("met", timedelta(hours=2), timedelta(hours=6))


def test_the_time_between_solution_and_reopening_is_a_pause():
    happened = [
        opened(at(23, 8)), Occurrence("resolved", at(23, 10), {}), Occurrence("reopened", at(24, 8), {}, by="Rita"),
    ]  # fmt: skip
    found = resolution_of(happened, at(24, 8))

    assert [(halt.state, halt.length) for halt in found.halts] == [("resolved", timedelta(hours=6))]
    assert (found.due_at, found.end, found.ended_at) == (at(24, 15), None, None)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (at(24, 12, month=10), [(24, 12.0), (25, 25.0), (26, 11.0)]),  # the clocks go back: a day of 25 hours
        (at(28, 12, month=3), [(28, 12.0), (29, 23.0), (30, 13.0)]),  # and forward: one of 23
    ],
)
def test_a_night_in_which_the_clocks_change_has_an_hour_more_or_less(start, expected):
    found = resolution_of([opened(start)], start, hours=ALWAYS, resolution=48 * 60)

    assert [(day.date.day, day.length / timedelta(hours=1)) for day in found.days] == expected
    assert found.counted == timedelta(hours=48)


def test_a_promise_for_a_moment_has_no_days():
    happened = [
        opened(at(23, 8)),
        Occurrence("promised", at(23, 9), {"metric": "callback", "until": at(23, 12).isoformat(), "priority": 2}),
        Occurrence("callback", at(23, 9), {}, by="Anton"),
    ]
    known = {1: terms()}
    found = derive(happened, lambda facts: known.get(facts.get("version")), now=at(23, 13))[-1]

    assert (found.metric, found.state, found.due_at, found.days) == ("callback", "overdue", at(23, 12), ())
    assert (found.target, found.left) == (None, None)


def test_events_that_do_not_name_their_terms_say_so():
    walk = Walk()

    assert derive([Occurrence("opened", at(23, 8), {})], lambda facts: None, now=at(23, 9), walk=walk) == []
    assert not walk.is_known


def test_the_days_are_those_of_the_calendars_place():
    found = resolution_of([opened(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))], at(24, 1), hours=ALWAYS, resolution=60)

    assert [day.date for day in found.days] == [date(2026, 11, 24)]
