"""A ticket that may belong to another: move it there, or say that it is its own matter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from people.models import User
from tickets import permissions
from tickets.models import Ticket
from tickets.operations.merging import CannotMerge, merge
from tickets.operations.relating import NotRelated, stand_alone
from tickets.views.access import StaffRequest, staff_only, ticket_for
from tickets.views.acting import Action, perform
from tickets.views.screen import refused


def _stand_alone(ticket: Ticket, data: Mapping[str, Any], by: User, now: datetime) -> object:
    return stand_alone(ticket, by=by, now=now)


INDEPENDENCE = Action(
    needs="void",
    title=_("It is its own matter"),
    button=_("It is its own matter"),
    asks=False,
    run=_stand_alone,
    refusals={NotRelated: _("The ticket refers to no other.")},
)


@staff_only
def independence(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a ticket is a matter of its own."""
    return perform(request, pk, INDEPENDENCE)


@staff_only
@require_POST
def merger(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a ticket to the one it refers to, and go there."""
    staff = cast(StaffRequest, request)
    ticket = ticket_for(staff, pk, "void")
    into = ticket.related_to.root() if ticket.related_to is not None else None
    if into is None or not permissions.can(staff.user, "void", into):
        return refused(staff, ticket, str(_("You have to work on the other ticket, too.")))
    try:
        into = merge(ticket, into=into, by=staff.user, now=timezone.now())
    except CannotMerge:
        return refused(staff, ticket, str(_("The other ticket is closed or set aside. Open it again first.")))
    address = reverse("tickets:show", args=[into.pk])
    return HttpResponse(headers={"HX-Redirect": address}) if staff.htmx else redirect(address)
