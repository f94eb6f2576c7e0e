"""Promising to call back, and doing it."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.away_forms import CallbackForm
from tickets.operations.calling_back import (
    CannotPromise,
    NothingPromised,
    NoTime,
    PromisedAlready,
    keep_callback,
    promise_callback,
    withdraw_callback,
)
from tickets.views.access import staff_only
from tickets.views.acting import Action, perform

_NOTHING = _("No call back is promised any more.")

PROMISE = Action(
    needs="call_back",
    title=_("Promise a call back"),
    button=_("Promise"),
    form=lambda request, ticket, data: CallbackForm(data, ticket=ticket, user=request.user, now=timezone.now()),
    run=lambda ticket, data, by, now: promise_callback(ticket, **data, by=by, now=now),
    refusals={
        PromisedAlready: _("A call back is promised already. Call, or take that promise back first."),
        NoTime: _("The SLA does not say by when. Choose a time."),
        CannotPromise: _("The ticket is done, or this person does not work in its queue."),
    },
)
KEEP = Action(
    needs="call_back",
    title=_("Called back"),
    button=_("Called back"),
    asks=False,
    run=lambda ticket, data, by, now: keep_callback(ticket, by=by, now=now),
    refusals={NothingPromised: _NOTHING},
)
WITHDRAW = Action(
    needs="call_back",
    title=_("Take the promise back"),
    button=_("Take back"),
    asks=False,
    run=lambda ticket, data, by, now: withdraw_callback(ticket, by=by, now=now),
    refusals={NothingPromised: _NOTHING},
)


@staff_only
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    """Promise to call the requester back."""
    return perform(request, pk, PROMISE)


@staff_only
def keeping(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the requester was called."""
    return perform(request, pk, KEEP)


@staff_only
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the promise back."""
    return perform(request, pk, WITHDRAW)
