"""Setting tickets aside that are none, spam and duplicates, and taking spam back that is none."""

from datetime import datetime
from typing import Any

from django.db import transaction

from people.models import User
from tickets import clocks, events, search
from tickets.models import Event, Ticket
from tickets.operations import calling_back, offers
from tickets.operations.saving import save


class CannotVoid(Exception):
    """The ticket is void already, or the reason is missing."""


class NotSpam(Exception):
    """The ticket does not lie in spam."""


@transaction.atomic
def void(
    ticket: Ticket,
    *,
    reason: Ticket.VoidReason,
    by: User,
    now: datetime,
    merged_into: Ticket | None = None,
    blocked: str = "",
) -> Ticket:
    """
    Set a ticket aside; `merged_into` is where its matter goes on, `blocked` whose mail is refused from now on.

    :raises CannotVoid: if it is void already, has no reason, or would go on in itself.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if ticket.state == Ticket.State.VOID or not reason:
        raise CannotVoid(f"{ticket.number} is void already, or no reason was given.")
    if merged_into is not None and merged_into.root().pk == ticket.pk:
        raise CannotVoid("A ticket cannot go on in itself.")
    offers.left(ticket, by=by, now=now)
    clocks.cancel(ticket, now=now)
    calling_back.end_with(ticket, now=now)
    ticket.state, ticket.void_reason, ticket.merged_into = Ticket.State.VOID, reason, merged_into
    ticket.pending_until = None
    save(ticket, "state", "void_reason", "merged_into", "pending_until", *offers.SAVED, now=now)
    facts: dict[str, Any] = {"blocked": blocked} if blocked else {}
    target = merged_into.pk if merged_into else None
    events.record(ticket, Event.Kind.VOIDED, by=by, now=now, reason=reason, target=target, **facts)
    return ticket


@transaction.atomic
def not_spam(ticket: Ticket, *, by: User, now: datetime) -> Ticket:
    """
    Take a ticket out of spam: it is new, and what we promise runs from now.

    One that came in as spam is opened by this, so that triage and the people of its queue hear of it.

    :raises NotSpam: if it does not lie there.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if ticket.void_reason != Ticket.VoidReason.SPAM or ticket.state != Ticket.State.VOID:
        raise NotSpam(f"{ticket.number} does not lie in spam.")
    ticket.state, ticket.void_reason, ticket.merged_into = Ticket.State.NEW, Ticket.VoidReason.NONE, None
    promise_anew(ticket, now=now)
    save(ticket, "state", "void_reason", "merged_into", *clocks.SAVED, now=now)
    events.record(
        ticket, Event.Kind.RESUMED, by=by, now=now, origin=Ticket.State.VOID, reason="not_spam",
        terms=clocks.agreed(ticket),
    )  # fmt: skip
    if not ticket.events.filter(kind=Event.Kind.OPENED).exists():
        _open(ticket, by=by, now=now)
    return ticket


def _open(ticket: Ticket, *, by: User, now: datetime) -> None:
    came = ticket.events.filter(kind=Event.Kind.VOIDED).select_related("message").order_by("pk").first()
    facts = {key: came.facts.get(key) for key in ("channel", "queue_chosen", "auto_generated")} if came else {}
    message = came.message if came else None
    if message is not None:
        search.index(ticket, message.text)
    events.record(ticket, Event.Kind.OPENED, by=by, now=now, message=message, **facts)


def promise_anew(ticket: Ticket, *, now: datetime) -> None:
    """Run the clocks of a locked ticket from now; the caller saves."""
    clocks.arm(clocks.promised(ticket, now=now))
