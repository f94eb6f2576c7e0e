"""
What an escalation step may do: data that is checked here and carried out by `tickets.stepping`.

An action is `{"do": "notify", "whom": ["assignee", "queue_lead"]}` and so on; see `KINDS` for what each one may name.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Action = Mapping[str, Any]

PEOPLE = ("assignee", "case_owner", "queue_lead", "queue_members", "on_call", "leads")
KINDS: dict[str, tuple[str, ...]] = {
    "notify": ("whom", "people"),  # roles of PEOPLE, ids of people
    "raise_priority": (),
    "move": ("queue",),  # an id, or nothing for the next level
    "assign_on_call": (),
    "tell_requester": ("text_de", "text_en"),
    "call_lead": (),
}


class BadAction(Exception):
    """There is no such action, or it lacks what it needs."""


def check(actions: Iterable[Action]) -> None:
    """
    Let pass what can be carried out.

    :raises BadAction: otherwise.
    """
    actions = list(actions)
    if not actions:
        raise BadAction("A step without an action does nothing.")
    for action in actions:
        allowed = KINDS.get(str(action.get("do")))
        if allowed is None or set(action) - {"do", *allowed}:
            raise BadAction(f"Not an action: {dict(action)!r:.200}")
        if action["do"] == "notify" and not _names_somebody(action):
            raise BadAction("Somebody has to be notified.")
        if action["do"] == "tell_requester" and not all(
            str(action.get(f"text_{one}", "")).strip() for one in ("de", "en")
        ):
            raise BadAction("The requester is told in German and in English.")


def _names_somebody(action: Action) -> bool:
    whom, people = action.get("whom", []), action.get("people", [])
    return bool(whom or people) and set(whom) <= set(PEOPLE) and all(isinstance(one, int) for one in people)
