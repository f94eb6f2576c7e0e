"""What counts as said in a hand-over, and how much of it is there."""

import pytest

from tickets.completeness import completeness, is_filled, missing


@pytest.mark.parametrize(
    "filler",
    ["", " ", "-", "–", "...", "n/a", "N.A.", "k. A.", "siehe oben", "s.o.", "See above!", "xxx", "?", "-\nn/a\n"],
)
def test_a_filler_says_nothing(filler: str) -> None:
    assert not is_filled(filler)


@pytest.mark.parametrize("said", ["809", "nichts, keine Rechte", "PC", "n/a\nWindows 11"])
def test_short_words_can_say_something(said: str) -> None:
    assert is_filled(said)


def test_a_summary_is_always_needed_and_the_rest_by_contract() -> None:
    assert missing({"tried": "Neustart"}, ["tried", "question"]) == ["summary", "question"]


def test_what_is_needed_weighs_more() -> None:
    texts = {"summary": "VPN steht", "question": "Port 500 offen?"}

    assert completeness(texts, ["question"]) == round(6 * 100 / 10)
    assert completeness(texts, []) == round(4 * 100 / 8)
    assert completeness({}, ["question"]) == 0
    assert (
        completeness(
            dict.fromkeys(("summary", "symptom", "environment", "tried", "hypothesis", "question"), "da"), ["tried"]
        )
        == 100
    )
