"""A draft run over past tickets: in slices, by workers that may be ended at any moment."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from people.models import User
from sla.models import CalendarRevision
from sla.operations.policies import Minutes, wording_of
from tests.factories import NOW, later, make_agent, make_levels, make_policy, make_ticket
from tickets import replaying
from tickets.models import Clock, Event, Replay
from tickets.operations import replying, resolution

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy():
    return make_policy(first_response=60, resolution=480)


@pytest.fixture
def admin():
    return make_agent(role=User.Role.ADMIN)


@pytest.fixture
def tickets(policy):
    first, _second = make_levels(policy)
    agent = make_agent(first)
    made = [make_ticket(first, now=later(number)) for number in range(3)]
    for number, ticket in enumerate(made):
        replying.reply(ticket, text="Aha", by=agent, now=later(number + 20 + 10 * number))
        resolution.resolve(ticket, solution="So", by=agent, now=later(number + 100))
    return made


def strict(policy, first=35, resolution=480):
    wording = wording_of(policy.versions.get())
    return replace(wording, targets={priority: Minutes(first, resolution) for priority in range(1, 5)}, valid_from=None)


def asked(admin, policy, wording, **more):
    now = more.pop("now", later(days=1))
    return replaying.ask(by=admin, now=now, months=3, name=policy.name, policy=policy, wording=wording, **more)


def test_what_would_have_been_missed_is_counted_and_listed(admin, policy, tickets):
    replay = asked(admin, policy, strict(policy))

    assert replaying.go_on(later(days=1)) == 3

    replay.refresh_from_db()
    found = replay.results
    assert (replay.state, replay.done, replay.total) == ("done", 3, 3)
    assert (found["computed"], found["chosen"], found["now"], found["then"], found["changed"]) == (3, 3, 0, 1, 1)
    assert found["metric"] == {"first_response": [0, 1]}
    assert found["priority"] == {"2": [0, 1]}
    assert found["queue"] == {str(tickets[2].queue_id): [0, 1]}
    assert found["weekday"] == {"0": [0, 1]}
    assert found["listed"] == [
        {
            "ticket": tickets[2].pk, "metric": "first_response", "now": later(62).isoformat(), "then": later(37).isoformat(),
            "broken": True,
        }
    ]  # fmt: skip


def test_nothing_of_the_tickets_is_touched(admin, policy, tickets):
    before = list(Clock.objects.order_by("pk").values()), Event.objects.count(), policy.versions.count()

    asked(admin, policy, strict(policy, 1, 2))
    replaying.go_on(later(days=1))

    assert (list(Clock.objects.order_by("pk").values()), Event.objects.count(), policy.versions.count()) == before


def test_what_holds_now_changes_nothing(admin, policy, tickets):
    replay = asked(admin, policy, wording_of(policy.versions.get()))

    replaying.go_on(later(days=1))

    replay.refresh_from_db()
    assert (replay.results["changed"], replay.results["listed"]) == (0, [])


def test_other_hours_are_replayed_for_the_policies_that_count_in_them(admin, policy, tickets):
    calendar = policy.versions.get().calendar
    week = [[[600, 660]] for _day in range(7)]
    revision = CalendarRevision(timezone="Europe/Berlin", weeks=[[None, week]], dates={})
    replay = replaying.ask(by=admin, now=later(days=1), months=1, name="x", calendar=calendar, revision=revision)

    replaying.go_on(later(days=1))

    replay.refresh_from_db()
    assert (replay.results["chosen"], replay.results["changed"]) == (3, 0)
    assert replay.state == "done"


def test_a_slice_is_done_wholly_or_not_at_all(admin, policy, tickets, monkeypatch):
    monkeypatch.setattr(replaying, "SLICE", 2)
    replay = asked(admin, policy, strict(policy))

    assert replaying.slice_of_one(later(days=1)) == 2
    replay.refresh_from_db()
    assert (replay.state, replay.done, replay.percent, replay.results["tickets"]) == ("running", 2, 66, 2)
    assert replaying.slice_of_one(later(days=1)) == 1
    replay.refresh_from_db()
    assert (replay.state, replay.results["tickets"], replay.results["then"]) == ("done", 3, 1)
    assert replaying.slice_of_one(later(days=1)) is None


def test_a_cancelled_one_goes_no_further(admin, policy, tickets, monkeypatch):
    monkeypatch.setattr(replaying, "SLICE", 2)
    replay = asked(admin, policy, strict(policy))
    replaying.slice_of_one(later(days=1))

    replaying.cancel(replay, now=later(days=1))

    assert replaying.slice_of_one(later(days=1)) is None
    replay.refresh_from_db()
    assert (replay.state, replay.results["tickets"]) == ("cancelled", 2)


def test_who_asks_anew_does_not_wait_for_what_was_asked_before(admin, policy, tickets):
    first = asked(admin, policy, strict(policy))
    second = asked(admin, policy, strict(policy, 10))

    first.refresh_from_db()
    assert (first.state, second.state) == ("cancelled", "waiting")


def test_what_cannot_be_computed_fails_and_the_others_go_on(admin, policy, tickets):
    broken = asked(admin, policy, strict(policy))
    Replay.objects.filter(pk=broken.pk).update(wording={"calendar": 0})
    good = asked(make_agent(role=User.Role.ADMIN), policy, strict(policy))

    replaying.go_on(later(days=1))

    assert [Replay.objects.get(pk=one.pk).state for one in (broken, good)] == ["failed", "done"]


def test_tickets_whose_events_do_not_name_their_terms_are_counted_apart(admin, policy, tickets):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE tickets_event SET facts = facts - 'terms' WHERE ticket_id = %s", [tickets[2].pk])
        cursor.execute("ALTER TABLE tickets_event ENABLE TRIGGER USER")
    replay = asked(admin, policy, strict(policy))

    replaying.go_on(later(days=1))

    replay.refresh_from_db()
    assert (replay.results["tickets"], replay.results["computed"], replay.results["then"]) == (3, 2, 0)


def test_only_the_months_asked_for_are_looked_at(admin, policy, tickets):
    replay = asked(admin, policy, strict(policy), now=NOW + timedelta(days=120))

    assert replay.total == 0


@pytest.mark.parametrize("count", [1, 3])
def test_a_slice_asks_as_often_for_three_tickets_as_for_one(admin, policy, count, django_assert_num_queries):
    first, _second = make_levels(policy)
    for number in range(count):
        make_ticket(first, now=later(number))
    asked(admin, policy, strict(policy))
    replaying.draft_of(Replay.objects.get(), later(days=1))

    with django_assert_num_queries(12):
        replaying.slice_of_one(later(days=1))
