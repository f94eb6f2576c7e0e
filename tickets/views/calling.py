"""Calling a lead, and what the lead says."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tickets.handover_forms import CallAnswerForm, CallForm
from tickets.operations import calling_lead
from tickets.views.access import staff_only
from tickets.views.acting import Action, perform

CALL = Action(
    needs="call_lead",
    title=_("Call a lead"),
    button=_("Call a lead"),
    form=lambda request, ticket, data: CallForm(data),
    run=lambda ticket, data, by, now: calling_lead.call_lead(ticket, reason=data["reason"], by=by, now=now),
    refusals={calling_lead.CannotCall: _("The ticket is done, or a lead is called already.")},
)
ANSWER = Action(
    needs="answer_call",
    title=_("Answer the call"),
    button=_("Answer"),
    form=lambda request, ticket, data: CallAnswerForm(data),
    run=lambda ticket, data, by, now: calling_lead.answer_call(ticket, words=data["words"], by=by, now=now),
    refusals={calling_lead.CannotAnswer: _("The call was answered already.")},
)


@staff_only
def lead_call(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the leads of the ticket's queue."""
    return perform(request, pk, CALL)


@staff_only
def lead_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a call, as a lead."""
    return perform(request, pk, ANSWER)
