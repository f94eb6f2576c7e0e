"""Who is to call back on a ticket, and whether its assignee is away; read along with the ticket's row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.expressions import Value
from django.db.models.functions import Coalesce, JSONObject, Now, NullIf

from tickets.models import Absence, Callback


@dataclass(frozen=True, slots=True)
class CallBack:
    """The open promise to call back."""

    until: datetime
    words: str
    owner: str
    owner_id: int


@dataclass(frozen=True, slots=True)
class Gone:
    """That the assignee is away."""

    until: datetime
    deputy: str
    is_offered: bool


def callbacks() -> ArraySubquery:
    """Select the open promise to call back."""
    found = Callback.objects.open().filter(ticket=OuterRef("pk"))
    names = {"until": F("until"), "words": F("words"), "owner": _name("owner"), "owner_id": F("owner")}
    return ArraySubquery(found.values(row=JSONObject(**names)))


def absences() -> ArraySubquery:
    """Select the current absence of the assignee."""
    found = Absence.objects.filter(person=OuterRef("assignee"), starts_at__lte=Now(), ends_at__gt=Now())
    names = {"until": F("ends_at"), "deputy": _name("deputy"), "mode": F("mode")}
    return ArraySubquery(found.values(row=JSONObject(**names)))


def callback(ticket: Any) -> CallBack | None:
    """Give the open promise of a ticket that was fetched with its `callback_rows`."""
    for row in ticket.callback_rows:
        return CallBack(datetime.fromisoformat(row["until"]), row["words"], row["owner"], row["owner_id"])
    return None


def gone(ticket: Any) -> Gone | None:
    """Give the absence of its assignee, of a ticket that was fetched with its `away_rows`."""
    for row in ticket.away_rows:
        until = datetime.fromisoformat(row["until"])
        return Gone(until, row["deputy"] or "", row["mode"] == Absence.Mode.OFFER)
    return None


def _name(person: str) -> Coalesce:
    return Coalesce(NullIf(f"{person}__name", Value("")), f"{person}__email")
