"""Moving a ticket sideways."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tickets.forms import RoutingForm
from tickets.operations.routing import CannotRoute, route
from tickets.views.access import staff_only
from tickets.views.acting import Action, perform

ROUTE = Action(
    needs="route",
    title=_("Move to another queue"),
    button=_("Move"),
    form=lambda request, ticket, data: RoutingForm(data, ticket=ticket),
    run=lambda ticket, data, by, now: route(ticket, to=data["to"], reason=data["reason"], by=by, now=now),
    refusals={CannotRoute: _("The ticket is done, or it is in that queue already. Reload to see it.")},
)


@staff_only
def routing(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a ticket to the queue it belongs to."""
    return perform(request, pk, ROUTE)
