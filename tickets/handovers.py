"""The hand-overs of a ticket as its page shows them; read along with the ticket's row."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy

from people.models import User
from tickets.completeness import FIELDS, is_filled
from tickets.models import Handover, Queue, SolutionAttempt

NAMES = {
    "summary": gettext_lazy("Summary"),
    "symptom": gettext_lazy("Symptom"),
    "environment": gettext_lazy("Environment"),
    "tried": gettext_lazy("What else was tried"),
    "hypothesis": gettext_lazy("Hypothesis"),
    "question": gettext_lazy("Question"),
}
_PLAIN = (
    "id", "ticket_id", "attempt", "direction", "reason", *FIELDS, "attempts", "needed", "completeness", "state",
    "return_reason", "return_words", "outcome", "outcome_words", "had_by_id", "terms",
)  # fmt: skip
_MOMENTS = ("offered_at", "accepted_at", "ended_at")
_PEOPLE = ("offered_by", "accepted_by", "ended_by")
_QUEUES = ("from_queue", "to_queue")


def rows() -> ArraySubquery:
    """Select the hand-overs of a ticket, the first one first."""
    fields = {name: F(name) for name in (*_PLAIN, *_MOMENTS)}
    for person in _PEOPLE:
        fields |= {f"{person}__{name}": F(f"{person}__{name}") for name in ("id", "name", "email")}
    for queue in _QUEUES:
        fields |= {f"{queue}__{name}": F(f"{queue}__{name}") for name in ("id", "name_de", "name_en", "tier")}
    found = Handover.objects.filter(ticket=OuterRef("pk")).order_by("attempt")
    return ArraySubquery(found.values(row=JSONObject(**fields)))


def read(ticket: Any) -> list[Handover]:
    """Give the hand-overs of a ticket that was fetched with its `handover_rows`."""
    return [_handover(row) for row in ticket.handover_rows]


def shown(handovers: list[Handover]) -> Handover | None:
    """Give the one that matters now: the last that was not withdrawn."""
    return next((one for one in reversed(handovers) if one.state != Handover.State.WITHDRAWN), None)


def words(handover: Handover) -> list[tuple[str, str]]:
    """Give what was written in it, field by field, without what is empty."""
    said = [(str(NAMES[name]), getattr(handover, name)) for name in FIELDS if name != "tried"]
    return [(name, text) for name, text in said if is_filled(text)]


def tried(handover: Handover) -> list[tuple[str, str, int | None, int | None]]:
    """Give the standard solutions that were tried: title, outcome in words, minutes, and the article."""
    outcomes = dict(SolutionAttempt.Outcome.choices)
    return [
        (one.get("title", ""), str(outcomes.get(one.get("outcome", ""), "")), one.get("minutes"), one.get("article"))
        for one in handover.attempts
    ]


def _handover(row: dict[str, Any]) -> Handover:
    handover = Handover(**{name: row[name] for name in _PLAIN})
    for name in _MOMENTS:
        setattr(handover, name, datetime.fromisoformat(row[name]) if row[name] else None)
    for name in _PEOPLE:
        person = {part: row[f"{name}__{part}"] for part in ("id", "name", "email")}
        setattr(handover, name, User(**person) if person["id"] else None)
    for name in _QUEUES:
        parts = ("id", "name_de", "name_en", "tier")
        setattr(handover, name, Queue(**{part: row[f"{name}__{part}"] for part in parts}))
    return handover
