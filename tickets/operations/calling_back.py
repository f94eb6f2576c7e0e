"""Promising a requester to call back, and doing it."""

from datetime import datetime

from django.db import transaction

from people.models import User
from tickets import clocks, events
from tickets.models import Callback, Event, Ticket
from tickets.operations.saving import save
from tickets.permissions import can_work_in


class CannotPromise(Exception):
    """The ticket is done, its time is over already, or whoever is to call does not work in its queue."""


class NoTime(Exception):
    """Nobody said by when, nor does what was promised for the ticket."""


class PromisedAlready(Exception):
    """A call back is promised already; keep it or take it back first."""


class NothingPromised(Exception):
    """No call back is promised, or not any more."""


@transaction.atomic
def promise_callback(
    ticket: Ticket,
    *,
    until: datetime | None = None,
    words: str = "",
    owner: User | None = None,
    by: User,
    now: datetime,
) -> Callback:
    """
    Promise to call the requester back, by a moment or as soon as the ticket's SLA says.

    :raises CannotPromise: if the ticket is done, the moment is over, or the owner does not work in its queue.
    :raises NoTime: if nothing says by when.
    :raises PromisedAlready: if a call back is promised.
    """
    ticket, owner = Ticket.objects.locked(ticket.pk), owner or by
    if not ticket.is_open or (until is not None and until <= now):
        raise CannotPromise(f"{ticket.number} is done, or the time is over.")
    if owner != by and not can_work_in(owner, ticket.queue):
        raise CannotPromise(f"{owner} does not work in {ticket.queue}.")
    if Callback.objects.open().filter(ticket=ticket).exists():
        raise PromisedAlready(f"A call back is promised on {ticket.number} already.")
    due_at = clocks.promise_callback(ticket, until=until, now=now)
    if due_at is None:
        raise NoTime("Say by when.")
    callback = Callback.objects.create(
        ticket=ticket, owner=owner, until=due_at, words=words.strip(), made_at=now, made_by=by
    )
    save(ticket, *clocks.SAVED, now=now)
    events.record(
        ticket, Event.Kind.CALLBACK, by=by, now=now, until=due_at.isoformat(), target=owner.pk, words=callback.words
    )
    return callback


@transaction.atomic
def keep_callback(ticket: Ticket, *, by: User, now: datetime) -> Callback:
    """
    Note that the requester was called back.

    :raises NothingPromised: if no call back is promised.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    callback = _open(ticket)
    callback.kept_at, callback.kept_by = now, by
    callback.save(update_fields=["kept_at", "kept_by"])
    clocks.keep_callback(ticket, now=now, kept=True)
    save(ticket, *clocks.SAVED, now=now)
    events.record(ticket, Event.Kind.CALLED_BACK, by=by, now=now, late=callback.is_late(now))
    return callback


@transaction.atomic
def withdraw_callback(ticket: Ticket, *, by: User, now: datetime, reason: str = "") -> Callback:
    """
    Take the promise back; one that was broken by then stays broken.

    :raises NothingPromised: if no call back is promised.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    callback = _open(ticket)
    _end(callback, now)
    clocks.keep_callback(ticket, now=now, kept=False)
    save(ticket, *clocks.SAVED, now=now)
    events.record(ticket, Event.Kind.CALLBACK, by=by, now=now, withdrawn=True, words=reason.strip())
    return callback


def end_with(ticket: Ticket, *, now: datetime) -> None:
    """Take the promise back together with the ticket that is being solved or set aside, under its lock."""
    callback = Callback.objects.open().filter(ticket=ticket).first()
    if callback is not None:
        _end(callback, now)


def _open(ticket: Ticket) -> Callback:
    callback = Callback.objects.open().filter(ticket=ticket).first()
    if callback is None:
        raise NothingPromised(f"No call back is promised on {ticket.number}.")
    return callback


def _end(callback: Callback, now: datetime) -> None:
    callback.withdrawn_at = now
    callback.save(update_fields=["withdrawn_at"])
