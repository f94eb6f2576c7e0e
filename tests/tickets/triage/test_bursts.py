"""Finding bursts: the arithmetic on made weeks, and the job on real rows."""

import random
from datetime import datetime, timedelta

import pytest

from tests.factories import NOW, make_article, make_queue, make_ticket, make_user
from tickets.models import Burst, Suggestion, Ticket
from tickets.operations.voiding import void
from tickets.triage.bursts import BASELINE, WINDOW, Sighting, detect
from tickets.triage.proposing import find_bursts, topics_of

# How a week's requests fall on the hours of a working day, and how often each of 60 topics is asked about.
DAY = [0] * 6 + [2, 5, 9, 10, 9, 8, 5, 7, 8, 7, 5, 3, 1, 1] + [0] * 4
TOPICS = [f"article:{n}" for n in range(60)]
WEIGHTS = [1 / (n + 1) for n in range(60)]


def ordinary(seed: int, start: datetime, days: int, a_day: int = 100) -> list[Sighting]:
    """Make ordinary days: more on Mondays, few on weekends, topics by how frequent they are, people at random."""
    dice, found = random.Random(seed), []
    for day in range(days):
        date = (start + timedelta(days=day)).replace(hour=0, minute=0)
        factor = (1.4, 1.1, 1, 1, 0.9, 0.05, 0.05)[date.weekday()]
        for _ in range(round(dice.gauss(a_day * factor, (a_day * factor) ** 0.5))):
            at = date + timedelta(hours=dice.choices(range(24), DAY)[0], minutes=dice.random() * 60)
            topic = dice.choices(TOPICS, WEIGHTS)[0]
            words = tuple(f"word:{topic[8:]}-{dice.randrange(6)}" for _ in range(3))
            found.append(Sighting(len(found), dice.randrange(900), at, (topic, *words)))
    return sorted(found, key=lambda one: one.at)


def burst(topic: str, now: datetime, people: int, seed: int) -> list[Sighting]:
    dice = random.Random(seed)
    return [
        Sighting(100_000 + n, 5_000 + n, now - timedelta(minutes=dice.random() * 60), (topic,)) for n in range(people)
    ]


@pytest.mark.parametrize(("people", "least"), [(8, 0.85), (12, 0.95)])
def test_a_burst_of_eight_in_an_ordinary_week_is_found(people: int, least: float) -> None:
    start, found = NOW - timedelta(days=35), 0
    weeks = ordinary(1, start, 36)

    for trial in range(100):
        dice = random.Random(trial)
        now = (start + timedelta(days=29 + dice.randrange(5))).replace(
            hour=dice.randrange(8, 17), minute=dice.randrange(60)
        )
        past = [one for one in weeks if now - BASELINE - WINDOW < one.at <= now]
        topic = dice.choices(TOPICS, WEIGHTS)[0]
        found += any(one.topic == topic for one in detect([*past, *burst(topic, now, people, trial)], now=now))

    assert found >= 100 * least


def test_ordinary_weeks_raise_at_most_two_alarms_a_week() -> None:
    alarms, weeks = 0, 0
    for seed in range(3):
        start = NOW - timedelta(days=60)
        days = ordinary(seed, start, 28 + 14)
        known: set[str] = set()
        for half_hour in range(14 * 48):
            now = start + timedelta(days=28, minutes=30 * half_hour)
            past = [one for one in days if now - BASELINE - WINDOW < one.at <= now]
            new = {one.topic for one in detect(past, now=now)} - known
            alarms += len(new)
            known |= new
        weeks += 2

    assert alarms / weeks <= 2


def test_one_person_writing_ten_times_is_no_burst() -> None:
    same = [Sighting(n, 1, NOW - timedelta(minutes=n), ("article:1",)) for n in range(10)]

    assert detect(same, now=NOW) == []


def test_what_is_ordinary_at_this_hour_is_no_burst() -> None:
    mondays = [
        Sighting(100 * week + n, n, NOW - timedelta(weeks=week, minutes=5 * n), ("article:1",))
        for week in range(5)
        for n in range(8)
    ]

    assert detect(mondays, now=NOW) == []
    assert detect([one for one in mondays if one.at > NOW - timedelta(days=1)], now=NOW) != []


def test_topics_with_the_same_requests_are_one_burst() -> None:
    twice = [Sighting(n, n, NOW - timedelta(minutes=n), ("article:1", "rule:vpn", "word:vpn")) for n in range(9)]

    (found,) = detect(twice, now=NOW)

    assert (found.topic, found.seen, found.tickets) == ("article:1", 9, tuple(range(9)))


def test_the_topics_of_a_request() -> None:
    assert topics_of(7, "VPN", "Hilfe! Etikettendrucker 4711 geht nicht", "de") == (
        "article:7", "rule:vpn", "word:etikettendruck",
    )  # fmt: skip
    assert topics_of(None, "", "Hilfe bitte", "de") == ()


# --- the job --------------------------------------------------------------------------------------------------------


@pytest.fixture
def alike(db: None) -> list[Ticket]:
    """Give ten requests of eight people about one article, within an hour."""
    queue, text, people = make_queue(), make_article(), [make_user() for _ in range(8)]
    tickets = [
        make_ticket(
            queue, requester=people[n % 8], subject="VPN Zertifikat abgelaufen", now=NOW - timedelta(minutes=5 * n)
        )
        for n in range(10)
    ]
    for ticket in tickets:
        Suggestion.objects.create(ticket=ticket, position=1, text=text, score=1)
    return tickets


def test_ten_requests_of_eight_people_are_proposed_once_with_their_evidence(alike: list[Ticket]) -> None:
    assert [find_bursts(NOW) for _ in range(3)] == [1, 0, 0]

    found = Burst.objects.get()
    assert (found.seen, found.state, found.label) == (8, "open", "VPN-Fehler 809 nach Windows-Update")
    assert found.expected < 1
    assert set(found.tickets.all()) == set(alike)
    assert set(found.words) == {"Zertifikat", "abgelaufen"}


def test_a_burst_that_grows_is_the_same_one(alike: list[Ticket]) -> None:
    find_bursts(NOW)
    make_ticket(alike[0].queue, subject="VPN Zertifikat abgelaufen!", now=NOW + timedelta(minutes=5))

    assert find_bursts(NOW + timedelta(minutes=6)) == 0
    assert Burst.objects.count() == 1


def test_what_people_decided_is_not_proposed_again_the_same_day(alike: list[Ticket]) -> None:
    find_bursts(NOW)
    Burst.objects.update(state="dismissed", decided_at=NOW)

    assert find_bursts(NOW + timedelta(minutes=30)) == 0
    assert Burst.objects.get().state == "dismissed"


def test_spam_is_no_burst(alike: list[Ticket]) -> None:
    from tests.factories import make_agent

    by = make_agent(alike[0].queue)
    for ticket in alike:
        void(ticket, reason=Ticket.VoidReason.SPAM, by=by, now=NOW)

    assert find_bursts(NOW) == 0


def test_a_quiet_time_costs_one_look(db: None, django_assert_num_queries: object) -> None:
    make_ticket(make_queue(), now=NOW)

    with django_assert_num_queries(1):
        assert find_bursts(NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_nothing_and_the_next_one_proposes_once() -> None:
    from django.db import transaction

    queue, text = make_queue(), make_article()
    for n in range(8):
        ticket = make_ticket(queue, subject="VPN Zertifikat", now=NOW - timedelta(minutes=n))
        Suggestion.objects.create(ticket=ticket, position=1, text=text, score=1)

    with pytest.raises(RuntimeError), transaction.atomic():
        find_bursts(NOW)
        raise RuntimeError("killed")
    assert not Burst.objects.exists()

    assert find_bursts(NOW) == 1
    assert Burst.objects.count() == 1
