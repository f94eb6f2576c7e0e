"""Handing a ticket over: to the next level, or sideways."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tickets.forms import EscalationForm, RoutingForm
from tickets.operations.escalation import CannotEscalate, escalate
from tickets.operations.routing import CannotRoute, route
from tickets.views.access import staff_only
from tickets.views.acting import Action, perform

ESCALATE = Action(
    needs="escalate",
    title=_("Hand over to the next level"),
    button=_("Hand over"),
    form=lambda request, ticket, data: EscalationForm(data),
    run=lambda ticket, data, by, now: escalate(ticket, reason=data["reason"], by=by, now=now),
    refusals={
        CannotEscalate: _("The ticket is done, was moved meanwhile, or its queue has no next level. Reload to see it."),
    },
)
ROUTE = Action(
    needs="route",
    title=_("Move to another queue"),
    button=_("Move"),
    form=lambda request, ticket, data: RoutingForm(data, ticket=ticket),
    run=lambda ticket, data, by, now: route(ticket, to=data["to"], reason=data["reason"], by=by, now=now),
    refusals={CannotRoute: _("The ticket is done, or it is in that queue already. Reload to see it.")},
)


@staff_only
def escalation(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a ticket up, with the reason."""
    return perform(request, pk, ESCALATE)


@staff_only
def routing(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a ticket to the queue it belongs to."""
    return perform(request, pk, ROUTE)
