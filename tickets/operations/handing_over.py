"""Handing a ticket over to another queue, and what that queue says to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import clocks, events
from tickets.completeness import FIELDS, completeness, missing
from tickets.models import Draft, Event, Handover, Queue, Ticket, contract_for
from tickets.operations import offers, standing_in
from tickets.operations.drafting import drop_draft
from tickets.operations.routing import move
from tickets.operations.saving import save
from tickets.permissions import can_withdraw, can_work_in
from tickets.prefilling import attempts_of, say_tried

_SAVED = ["queue", "assignee", "case_owner", "hops", "returns", *offers.SAVED]


class CannotHandOver(Exception):
    """The ticket is done, is offered already, was moved meanwhile, or that queue takes none."""


class Incomplete(CannotHandOver):
    """The target queue wants to know more; `fields` names what is missing."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(f"Missing: {', '.join(fields)}.")
        self.fields = list(fields)


class CannotAccept(Exception):
    """Nothing is offered any more, or that person does not work in the queue."""


class CannotReturn(Exception):
    """Nothing is offered any more, no reason was given, or that person does not work in the queue."""


class CannotWithdraw(Exception):
    """Nothing is offered any more, or it is not that person's to take back."""


class CannotFinish(Exception):
    """Nobody here has accepted the ticket, or nobody said what came of it."""


@transaction.atomic
def offer(
    ticket: Ticket,
    *,
    to: Queue,
    reason: Handover.Reason,
    texts: Mapping[str, str],
    by: User | None,
    now: datetime,
    seen_in: Queue | None = None,
    said: str = "",
) -> Handover:
    """
    Offer the ticket to another queue: it goes there at once, its case owner stays the requester's contact.

    `by` is `None` when the clock does it; then nothing is refused because of what is missing. `seen_in` is the queue the
    caller saw the ticket in; `said` stands in the timeline instead of the summary.

    :raises Incomplete: if the queue wants to know what is not there.
    :raises CannotHandOver: if it is done, offered already, was moved meanwhile, or the queue takes none.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    origin = ticket.queue
    if not ticket.is_open or to.pk == origin.pk or not to.is_active or (seen_in and seen_in.pk != origin.pk):
        raise CannotHandOver(f"{ticket.number} is done, was moved, or {to} takes none.")
    handover = _make(ticket, to=to, reason=reason, texts=texts, by=by, now=now)
    earlier = offers.offered(ticket)
    if earlier is not None and by is not None:
        raise CannotHandOver(f"{ticket.number} is offered already.")
    if earlier is not None:
        offers.withdraw_offer(ticket, earlier, by=None, now=now)
    ticket.case_owner_id = ticket.case_owner_id or ticket.assignee_id or (by.pk if by else None)
    ticket.hops, ticket.offered_at, ticket.offered_from = ticket.hops + 1, now, origin
    move(ticket, to=to, now=now)
    ticket.assignee = None
    terms = clocks.offer(ticket, to=to, now=now)
    handover.terms = terms.facts if terms else {}
    handover.save()
    save(ticket, *_SAVED, now=now)
    if by is not None:
        drop_draft(ticket, kind=Draft.Kind.HANDOVER, by=by)
    events.record(
        ticket, Event.Kind.ESCALATED, by=by, now=now, reason=said or handover.summary[:500], origin=origin.pk,
        target=to.pk, handover=handover.pk, code=reason, direction=handover.direction, attempt=handover.attempt,
        completeness=handover.completeness,
    )  # fmt: skip
    return handover


@transaction.atomic
def accept(ticket: Ticket, *, by: User, now: datetime) -> Ticket:
    """
    Accept what is offered: from now on `by` works on it; of several who try, one wins.

    :raises CannotAccept: if nothing is offered any more, or `by` does not work in its queue.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if not ticket.is_open or offers.take_up(ticket, by=by, now=now) is None:
        raise CannotAccept(f"Nothing is offered on {ticket.number}, or {by} does not work in {ticket.queue}.")
    ticket.assignee, ticket.case_owner = by, ticket.case_owner or by
    if ticket.state == Ticket.State.NEW:
        ticket.state = Ticket.State.OPEN
    save(ticket, "state", *_SAVED, now=now)
    return ticket


@transaction.atomic
def return_(ticket: Ticket, *, reason: Handover.Return, words: str, by: User, now: datetime) -> Ticket:
    """
    Give back what is offered, with the reason: to the queue it came from and to whoever had it.

    :raises CannotReturn: if nothing is offered any more, nothing was said, or `by` does not work in its queue.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    handover = offers.offered(ticket)
    if handover is None or not ticket.is_open or not words.strip() or not can_work_in(by, ticket.queue):
        raise CannotReturn(f"Nothing is offered on {ticket.number}, or {by} may not return it without a word.")
    handover.state, handover.return_reason, handover.return_words = Handover.State.RETURNED, reason, words.strip()
    handover.ended_by, handover.ended_at = by, now
    handover.save(update_fields=["state", "return_reason", "return_words", "ended_by", "ended_at"])
    ticket.returns, ticket.offered_at, ticket.offered_from = ticket.returns + 1, None, None
    clocks.settle_offer(ticket, now=now, met=True)
    origin = _back(ticket, handover, now=now)
    save(ticket, *_SAVED, now=now)
    events.record(
        ticket, Event.Kind.RETURNED, by=by, now=now, reason=words.strip()[:500], code=reason, handover=handover.pk,
        origin=origin, target=ticket.queue_id,
    )  # fmt: skip
    return ticket


@transaction.atomic
def withdraw(ticket: Ticket, *, by: User, now: datetime) -> Ticket:
    """
    Take an offer back as long as nobody has accepted it.

    :raises CannotWithdraw: if nothing is offered any more, or it is not theirs to take back.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    handover = offers.offered(ticket)
    if handover is None or not ticket.is_open or not can_withdraw(by, handover, ticket):
        raise CannotWithdraw(f"Nothing is offered on {ticket.number}, or it is not for {by} to take back.")
    offers.withdraw_offer(ticket, handover, by=by, now=now)
    origin = _back(ticket, handover, now=now)
    save(ticket, *_SAVED, now=now)
    events.record(
        ticket, Event.Kind.WITHDRAWN, by=by, now=now, handover=handover.pk, origin=origin, target=ticket.queue_id
    )
    return ticket


@transaction.atomic
def finish(ticket: Ticket, *, outcome: Handover.Outcome, words: str, by: User, now: datetime) -> Ticket:
    """
    Give an accepted ticket back to the queue it came from, with the solution or without one.

    What is solved where it was handed to is resolved there instead (`operations.resolution`).

    :raises CannotFinish: if nobody here has accepted it, nothing was said, or `by` does not work in its queue.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    here = ticket.handovers.filter(state=Handover.State.ACCEPTED, ended_at=None, to_queue=ticket.queue_id)
    handover = here.select_related("from_queue").order_by("-attempt").first()
    if handover is None or not ticket.is_open or ticket.offered_at is not None or not words.strip():
        raise CannotFinish(f"Nobody in {ticket.queue} has accepted {ticket.number}, or nothing was said.")
    if outcome == Handover.Outcome.SOLVED_THERE or not can_work_in(by, ticket.queue):
        raise CannotFinish(f"{by} does not work in {ticket.queue}, or it was solved there.")
    handover.outcome, handover.outcome_words = outcome, words.strip()
    handover.ended_by, handover.ended_at = by, now
    handover.save(update_fields=["outcome", "outcome_words", "ended_by", "ended_at"])
    origin = _back(ticket, handover, now=now)
    save(ticket, *_SAVED, now=now)
    events.record(
        ticket, Event.Kind.GIVEN_BACK, by=by, now=now, reason=words.strip()[:500], outcome=outcome,
        handover=handover.pk, origin=origin, target=ticket.queue_id,
    )  # fmt: skip
    return ticket


def _make(
    ticket: Ticket, *, to: Queue, reason: Handover.Reason, texts: Mapping[str, str], by: User | None, now: datetime
) -> Handover:
    contract = contract_for(to, ticket)
    needed = contract.needed if contract is not None else []
    kept = {name: texts.get(name, "").strip() for name in FIELDS}
    attempts = attempts_of(ticket)
    counted = kept | {"tried": say_tried(kept["tried"], attempts)}
    if by is not None and (fields := missing(counted, needed)):
        raise Incomplete(fields)
    last = ticket.handovers.order_by("-attempt").values_list("attempt", flat=True).first() or 0
    tier, origin = to.tier, ticket.queue
    up, side, down = Handover.Direction.UP, Handover.Direction.SIDE, Handover.Direction.DOWN
    return Handover(
        ticket=ticket,
        attempt=last + 1,
        from_queue=origin,
        to_queue=to,
        direction=up if tier > origin.tier else down if tier < origin.tier else side,
        reason=reason,
        attempts=attempts,
        needed=needed,
        completeness=completeness(counted, needed),
        had_by=ticket.assignee,
        offered_by=by,
        offered_at=now,
        **kept,
    )


def _back(ticket: Ticket, handover: Handover, *, now: datetime) -> int:
    """Put a locked ticket where the hand-over came from, and to whoever had it if they, or a deputy, work there now."""
    origin = move(ticket, to=handover.from_queue, now=now)
    had_by = handover.had_by
    works_there = had_by is not None and can_work_in(had_by, handover.from_queue)
    ticket.assignee = had_by if works_there and not standing_in.is_left_alone(ticket, had_by, now=now) else None
    return origin
