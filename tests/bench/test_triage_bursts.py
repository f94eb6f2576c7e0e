"""Measuring bursts: on made-up streams whose answer is known."""

import random
from typing import Any

import pytest

from bench.triage_bursts import TRIALS, measure, poisson_bounds

HOUR, DAY = 3600.0, 24 * 3600.0


def stream(days: int, topics: int, *, start: float = 1_700_000_000.0, seed: int = 1) -> list[dict[str, Any]]:
    """Make twenty requests a working day, each about one of the topics."""
    dice = random.Random(seed)
    return [
        {
            "id": f"{start:.0f}-{day}-{number}",
            "ts": start + day * DAY + 8 * HOUR + dice.random() * 8 * HOUR,
            "articles": [f"kb-{dice.randrange(topics)}"],
        }
        for day in range(days)
        for number in range(20)
    ]


def said(rows: list[dict[str, Any]], *, is_blind: bool = False) -> dict[str, dict[str, Any]]:
    """Answer each request with the topic it has, or with one that nothing else has."""
    return {row["id"]: {"topics": [f"article:{row['id'] if is_blind else row['articles'][0]}"]} for row in rows}


def test_a_pipeline_that_knows_the_topics_finds_the_bursts_and_a_blind_one_none() -> None:
    history, asked = stream(28, 12), stream(7, 12, start=1_700_000_000.0 + 28 * DAY, seed=2)

    seeing = measure(said([*history, *asked]), history, asked)
    blind = measure(said([*history, *asked], is_blind=True), history, asked)

    assert seeing is not None
    assert blind is not None
    assert (seeing.trials, blind.at, blind.alarms) == (TRIALS, (), 0)
    assert len(seeing.at) > 0.8 * TRIALS
    assert min(seeing.at) >= 4
    assert seeing.figures()["bursts"][0] == f"{len(seeing.at) / TRIALS:.3f}"


def test_a_flood_in_the_stream_itself_is_one_alarm_and_one_of_monitoring_is_none() -> None:
    history, asked = stream(28, 12), stream(7, 12, start=1_700_000_000.0 + 28 * DAY, seed=2)
    flood = [
        {"id": f"flood-{number}", "ts": asked[50]["ts"] + 60 * number, "articles": ["kb-99"]} for number in range(15)
    ]
    before, after, by_machine = (
        measure(said([*history, *rows]), history, rows)
        for rows in (asked, [*asked, *flood], [*asked, *({**row, "auto": True} for row in flood)])
    )

    assert before is not None
    assert after is not None
    assert by_machine is not None
    assert (after.alarms - before.alarms, by_machine.alarms - before.alarms) == (1, 0)


def test_nothing_is_measured_where_nobody_knows_when_requests_came() -> None:
    history, asked = stream(28, 12), stream(7, 12, start=1_700_000_000.0 + 28 * DAY, seed=2)
    timeless = [{**row, "ts": None} for row in asked]

    assert measure(said([*history, *asked]), history, timeless) is None
    assert measure(said(asked), [], asked) is None


@pytest.mark.parametrize(("seen", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (4, 1.0899, 10.242)])
def test_the_bounds_of_a_count(seen: int, low: float, high: float) -> None:
    assert poisson_bounds(seen) == pytest.approx((low, high), abs=0.001)
