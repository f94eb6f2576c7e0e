"""What kind of request it is, and what it is about."""

from datetime import datetime
from types import EllipsisType
from typing import Any

from django.db import transaction

from knowledgebase.models import ArticleText, Category
from people.models import User
from tickets import clocks, events
from tickets.models import Event, SolutionAttempt, Ticket
from tickets.operations.saving import save

BY_SOLUTION = "solution"
BY_TOPIC = "topic"
SAVED = ("kind", "category", *clocks.SAVED)
_SAYS_NOTHING = (SolutionAttempt.Outcome.FAILED, SolutionAttempt.Outcome.NOT_APPLICABLE)


class CannotClassify(Exception):
    """The ticket is done."""


@transaction.atomic
def classify(
    ticket: Ticket,
    *,
    kind: Ticket.Kind | None = None,
    category: Category | EllipsisType | None = ...,
    by: User | None,
    now: datetime,
    reason: str = "",
) -> Ticket:
    """
    Say of what kind the request is and what it is about; what is not given stays, the same again changes nothing.

    :raises CannotClassify: if the ticket is done.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if not ticket.is_open:
        raise CannotClassify(f"{ticket.number} is done.")
    origin = _stand(ticket)
    ticket.kind = kind or ticket.kind
    if not isinstance(category, EllipsisType):
        ticket.category = category
    if _stand(ticket) == origin:
        return ticket
    clocks.rearm(ticket, now=now)
    save(ticket, *SAVED, now=now)
    _record(ticket, origin, by=by, now=now, reason=reason)
    return ticket


def follow_solution(ticket: Ticket, text: ArticleText, outcome: str, *, now: datetime) -> tuple[str, ...]:
    """
    Let a ticket without a category take that of the solution it was helped with; return the fields to save.

    For an operation that holds the ticket's lock and saves it.
    """
    if ticket.category_id is not None or not ticket.is_open or outcome in _SAYS_NOTHING:
        return ()
    category = Category.objects.filter(articles=text.article_id).first()
    if category is None:
        return ()
    origin = _stand(ticket)
    ticket.category = category
    clocks.rearm(ticket, now=now)
    _record(ticket, origin, by=None, now=now, reason=BY_SOLUTION)
    return SAVED


def _stand(ticket: Ticket) -> dict[str, Any]:
    return {"kind": str(ticket.kind), "category": ticket.category_id}


def _record(ticket: Ticket, origin: dict[str, Any], *, by: User | None, now: datetime, reason: str) -> None:
    events.record(ticket, Event.Kind.CLASSIFIED, by=by, now=now, origin=origin, target=_stand(ticket), reason=reason)
