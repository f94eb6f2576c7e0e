"""Waiting, solving, opening again, setting aside, how much it matters and what it is about."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tickets import permissions
from tickets.forms import ClassificationForm, HoldForm, PriorityForm, ReopeningForm, ResolutionForm, VoidForm
from tickets.models import Ticket
from tickets.operations.classifying import CannotClassify, classify
from tickets.operations.holding import CannotHold, hold, resume
from tickets.operations.merging import CannotMerge, CannotPart, merge, part
from tickets.operations.prioritising import CannotPrioritise, prioritise
from tickets.operations.reopening import CannotReopen, reopen
from tickets.operations.resolution import CannotResolve, resolve
from tickets.operations.voiding import CannotVoid, NotSpam, not_spam, void
from tickets.views.access import staff_only
from tickets.views.acting import Action, perform

_DONE = _("The ticket is done. Open it again first.")


def _hold(ticket: Ticket, data: Any, by: Any, now: Any) -> object:
    until = data["until"] if data["state"] == Ticket.State.SCHEDULED else None
    return hold(ticket, state=Ticket.State(data["state"]), until=until, by=by, now=now)


HOLD = Action(
    needs="hold",
    title=_("Let the ticket wait"),
    button=_("Wait"),
    form=lambda request, ticket, data: HoldForm(data),
    run=_hold,
    refusals={CannotHold: _DONE},
)
RESUME = Action(
    needs="hold",
    title=_("Go on"),
    button=_("Go on"),
    asks=False,
    run=lambda ticket, data, by, now: resume(ticket, by=by, now=now),
    refusals={CannotHold: _("The ticket does not wait.")},
)
RESOLVE = Action(
    needs="resolve",
    title=_("Resolve the ticket"),
    button=_("Resolve"),
    form=lambda request, ticket, data: ResolutionForm(data),
    run=lambda ticket, data, by, now: resolve(ticket, solution=data["solution"], by=by, now=now),
    refusals={CannotResolve: _("The ticket is done already.")},
)


def _reopen(ticket: Ticket, data: Any, by: Any, now: Any) -> object:
    """Open it again the way it was put away: spam comes in anew, a merged ticket gets its messages back."""
    if ticket.void_reason == Ticket.VoidReason.SPAM:
        return not_spam(ticket, by=by, now=now)
    if ticket.void_reason == Ticket.VoidReason.MERGED and ticket.merged_into is not None:
        _check_both(ticket, ticket.merged_into, by, CannotPart)
        return part(ticket, by=by, now=now)
    return reopen(ticket, reason=data["reason"], by=by, now=now)


def _void(ticket: Ticket, data: Any, by: Any, now: Any) -> object:
    reason, other = Ticket.VoidReason(data["reason"]), data["goes_on_in"]
    if reason == Ticket.VoidReason.MERGED and other is not None:
        _check_both(ticket, other.root(), by, CannotMerge)
        return merge(ticket, into=other, by=by, now=now)
    return void(ticket, reason=reason, merged_into=other, by=by, now=now)


def _check_both(ticket: Ticket, other: Ticket, by: Any, refusal: type[Exception]) -> None:
    if not (permissions.can(by, "void", ticket) and permissions.can(by, "void", other)):
        raise refusal(f"{by} does not work on both {ticket.number} and {other.number}.")


REOPEN = Action(
    needs="reopen",
    title=_("Open the ticket again"),
    button=_("Open again"),
    form=lambda request, ticket, data: ReopeningForm(data),
    run=_reopen,
    refusals={
        CannotReopen: _("The ticket is open, or it goes on in another ticket."),
        CannotPart: _(
            "It goes on in another ticket. Whoever works on both can part them, if its messages moved there."
        ),
        NotSpam: _("The ticket does not lie in spam."),
    },
)
VOID = Action(
    needs="void",
    title=_("Set the ticket aside"),
    button=_("Set aside"),
    is_risky=True,
    form=lambda request, ticket, data: VoidForm(data, user=request.user),
    run=_void,
    refusals={
        CannotVoid: _("The ticket is set aside already, or it would go on in itself."),
        CannotMerge: _("Choose an open ticket in which you work, too; this one must not be set aside already."),
    },
)
PRIORITISE = Action(
    needs="prioritise",
    title=_("Set the priority"),
    button=_("Set"),
    form=lambda request, ticket, data: PriorityForm(data, initial={"priority": ticket.priority}),
    run=lambda ticket, data, by, now: prioritise(ticket, priority=data["priority"], by=by, now=now),
    refusals={CannotPrioritise: _DONE},
)

CLASSIFY = Action(
    needs="classify",
    title=_("Set type and category"),
    button=_("Set"),
    form=lambda request, ticket, data: ClassificationForm(
        data, initial={"kind": ticket.kind, "category": ticket.category_id}
    ),
    run=lambda ticket, data, by, now: classify(ticket, kind=data["kind"], category=data["category"], by=by, now=now),
    refusals={CannotClassify: _DONE},
)


@staff_only
def holding(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a ticket wait for somebody or some day."""
    return perform(request, pk, HOLD)


@staff_only
def resumption(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a ticket that waits."""
    return perform(request, pk, RESUME)


@staff_only
def resolution(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a ticket solved."""
    return perform(request, pk, RESOLVE)


@staff_only
def reopening(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a done ticket up again."""
    return perform(request, pk, REOPEN)


@staff_only
def voiding(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a ticket aside that is none."""
    return perform(request, pk, VOID)


@staff_only
def priority(request: HttpRequest, pk: int) -> HttpResponse:
    """Set how much a ticket matters."""
    return perform(request, pk, PRIORITISE)


@staff_only
def classification(request: HttpRequest, pk: int) -> HttpResponse:
    """Set of what kind a ticket is and what it is about."""
    return perform(request, pk, CLASSIFY)
