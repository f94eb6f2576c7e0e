"""Who works on a ticket."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.forms import AssignmentForm
from tickets.operations.assigning import AlreadyTaken, CannotAssign, assign, take
from tickets.views.access import staff_only
from tickets.views.acting import Action, perform

_DONE = _("The ticket is done, or this person does not work in its queue. Open it again or choose somebody else.")

TAKE = Action(
    needs="take",
    title=_("Take the ticket"),
    button=_("Take"),
    asks=False,
    run=lambda ticket, data, by, now: take(ticket, by=by, now=now),
    refusals={
        AlreadyTaken: _("Somebody has this ticket already. Assign it to yourself if you agreed on that."),
        CannotAssign: _("The ticket is done. Open it again first."),
    },
)
ASSIGN = Action(
    needs="assign",
    title=_("Assign the ticket"),
    button=_("Assign"),
    form=lambda request, ticket, data: AssignmentForm(
        data, ticket=ticket, user=request.user, now=timezone.now(), initial={"to": ticket.assignee_id}
    ),
    run=lambda ticket, data, by, now: assign(ticket, to=data["to"], by=by, now=now),
    refusals={CannotAssign: _DONE},
)


@staff_only
def taking(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a ticket nobody has."""
    return perform(request, pk, TAKE)


@staff_only
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a ticket to somebody, or back to its queue."""
    return perform(request, pk, ASSIGN)
