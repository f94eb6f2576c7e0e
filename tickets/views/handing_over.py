"""Handing a ticket over, and what the other side says to it."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tickets.handover_forms import HandoverForm, ResultForm, ReturnForm, unfinished
from tickets.handovers import NAMES
from tickets.models import Draft, Handover, Ticket
from tickets.operations import handing_over
from tickets.operations.drafting import keep_draft
from tickets.views.access import StaffRequest, staff_only, ticket_for
from tickets.views.acting import Action, ask, perform
from tickets.views.screen import changed

_GONE = _("Nothing is offered any more: somebody was faster. Reload to see what happened.")
_MOVED = _("The ticket is done, is offered already, or was moved meanwhile. Reload to see it.")

HAND_OVER = Action(
    needs="escalate",
    title=_("Hand over"),
    button=_("Hand over"),
    part="tickets/_handover_form.html",
    is_wide=True,
    form=lambda request, ticket, data: HandoverForm(data, ticket=ticket),
    run=lambda ticket, data, by, now: None,
    refusals={},
)
ACCEPT = Action(
    needs="accept",
    title=_("Accept the hand-over"),
    button=_("Accept"),
    asks=False,
    run=lambda ticket, data, by, now: handing_over.accept(ticket, by=by, now=now),
    refusals={handing_over.CannotAccept: _GONE},
)
RETURN = Action(
    needs="return",
    title=_("Return the hand-over"),
    button=_("Return"),
    form=lambda request, ticket, data: ReturnForm(data),
    run=lambda ticket, data, by, now: handing_over.return_(
        ticket, reason=Handover.Return(data["reason"]), words=data["words"], by=by, now=now
    ),
    refusals={handing_over.CannotReturn: _GONE},
)
WITHDRAW = Action(
    needs="withdraw",
    title=_("Withdraw the hand-over"),
    button=_("Withdraw"),
    asks=False,
    run=lambda ticket, data, by, now: handing_over.withdraw(ticket, by=by, now=now),
    refusals={
        handing_over.CannotWithdraw: _(
            "Nothing is offered any more, or it is not yours to take back. Reload to see it."
        ),
    },
)
GIVE_BACK = Action(
    needs="give_back",
    title=_("Give back with the result"),
    button=_("Give back"),
    form=lambda request, ticket, data: ResultForm(data),
    run=lambda ticket, data, by, now: handing_over.finish(
        ticket, outcome=Handover.Outcome(data["outcome"]), words=data["words"], by=by, now=now
    ),
    refusals={handing_over.CannotFinish: _("Accept the hand-over first, or resolve the ticket here.")},
)


@staff_only
def escalation(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for what the other side has to know (GET), and offer the ticket to it (POST)."""
    staff = cast(StaffRequest, request)
    ticket = ticket_for(staff, pk, "escalate", as_page=True)
    if request.method == "GET":
        return ask(staff, ticket, HAND_OVER, HandoverForm(ticket=ticket))
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "POST"])
    form, now = HandoverForm(request.POST, ticket=ticket), timezone.now()
    if request.POST.get("then") == "keep":
        _keep(staff, ticket)
        messages.success(request, gettext("Your hand-over is kept. Open it again to go on."))
        return changed(staff, pk) if staff.htmx else redirect("tickets:show", pk)
    if form.is_valid():
        data = form.cleaned_data
        try:
            handing_over.offer(
                ticket, to=data["to"], reason=Handover.Reason(data["reason"]), texts=data, by=staff.user, now=now,
                seen_in=ticket.queue,
            )  # fmt: skip
        except handing_over.Incomplete as refusal:
            for name in refusal.fields:
                form.add_error(name, gettext("%(field)s is needed.") % {"field": NAMES[name]})
        except handing_over.CannotHandOver:
            form.add_error(None, str(_MOVED))
        else:
            return changed(staff, pk)
    _keep(staff, ticket)
    return ask(staff, ticket, HAND_OVER, form, status=422)


@staff_only
@require_POST
def completeness(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is being written, and say how complete it is."""
    staff = cast(StaffRequest, request)
    ticket = ticket_for(staff, pk, "escalate", as_page=True)
    _keep(staff, ticket)
    form = HandoverForm(request.POST, ticket=ticket)
    return render(request, "tickets/_handover_state.html", {"form": form, "ticket": ticket})


@staff_only
def acceptance(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept what is offered."""
    return perform(request, pk, ACCEPT)


@staff_only
def handover_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Give back what is offered, with the reason."""
    return perform(request, pk, RETURN)


@staff_only
def handover_withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an offer back."""
    return perform(request, pk, WITHDRAW)


@staff_only
def handover_result(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an accepted ticket back with what came of it."""
    return perform(request, pk, GIVE_BACK)


def _keep(request: StaffRequest, ticket: Ticket) -> None:
    keep_draft(ticket, kind=Draft.Kind.HANDOVER, body=unfinished(request.POST), by=request.user, now=timezone.now())
