"""
Conditions: what a ticket must be like for a policy to be chosen or an escalation step to be taken.

A condition is `{"field": "priority", "op": "in" | "not_in", "values": [3, 4]}`. All of a list must hold; of the values of one,
any. The facts are given by whoever asks, so nothing here knows tickets.
"""

from collections.abc import Iterable, Mapping
from typing import Any

# The fields a policy may ask for, and those that only a step may, since they change while a ticket lives.
CHOOSING = ("queue", "category", "priority", "organisation", "channel", "kind")
STEPPING = (*CHOOSING, "tier", "state", "assigned", "vip")

Condition = Mapping[str, Any]
Facts = Mapping[str, Any]


class BadCondition(Exception):
    """It names no known field, no known operator, or no value."""


def check(conditions: Iterable[Condition], *, fields: Iterable[str] = STEPPING) -> None:
    """
    Let pass what `meets` understands.

    :raises BadCondition: otherwise.
    """
    known = set(fields)
    for condition in conditions:
        field, op, values = condition.get("field"), condition.get("op"), condition.get("values")
        if field not in known or op not in ("in", "not_in") or not isinstance(values, list) or not values:
            raise BadCondition(f"Not a condition: {dict(condition)!r:.200}")


def meets(facts: Facts, conditions: Iterable[Condition]) -> bool:
    """Tell whether all conditions hold; a field that is not known meets only what excludes values."""
    return all(_holds(facts.get(condition["field"]), condition) for condition in conditions)


def _holds(value: Any, condition: Condition) -> bool:
    return bool((value in condition["values"]) == (condition["op"] == "in"))
