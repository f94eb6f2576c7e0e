"""Names in double braces are replaced from a list, and from nothing else."""

import time

import pytest

from helpdesk.lib.placeholders import fill, unknown

VALUES = {"agent.name": "Nadia", "ticket.number": "#42"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ihre {{agent.name}} zu {{ ticket.number }}", "Ihre Nadia zu #42"),
        ("{{agent.password}} {{agent}} {{AGENT.NAME}}", "{{agent.password}} {{agent}} {{AGENT.NAME}}"),
        ("{agent.name} {% debug %} %(agent.name)s ${7*7}", "{agent.name} {% debug %} %(agent.name)s ${7*7}"),
        ("{{{agent.name}}}", "{Nadia}"),
        ("{{agent.name", "{{agent.name"),
        ("{{agent.__class__}} {{agent.name|safe}}", "{{agent.__class__}} {{agent.name|safe}}"),
    ],
)
def test_only_what_is_in_the_list_is_replaced(text: str, expected: str) -> None:
    assert fill(text, VALUES) == expected


def test_what_a_value_says_is_not_replaced_again() -> None:
    values = {"agent.name": "{{ticket.number}} {{agent.name}}", "ticket.number": "#42"}

    assert fill("{{agent.name}}", values) == "{{ticket.number}} {{agent.name}}"


def test_what_stands_for_nothing_can_be_named() -> None:
    assert unknown("{{agent.name}} {{agent.nam}} {{x}} {{agent.nam}} {{ y }}", VALUES) == ["agent.nam", "x", "y"]
    assert unknown("{{agent.name}}", VALUES) == []


def test_the_longest_text_takes_no_time() -> None:
    began = time.perf_counter()

    for evil in ("{{" * 500_000, "{{ " + " " * 1_000_000, "{{a" + ".a" * 500_000, "{{a " * 250_000):
        assert fill(evil, VALUES) == evil

    assert time.perf_counter() - began < 2
