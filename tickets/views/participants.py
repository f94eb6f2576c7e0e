"""Who takes part in a ticket beside its requester."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from tickets.answer_forms import LeavingForm, ParticipantForm
from tickets.operations.participating import CannotJoin, TakesNoPart, join, leave
from tickets.views.access import StaffRequest, staff_only, ticket_for
from tickets.views.screen import changed, errors_of, refused


@staff_only
@require_POST
def participants(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody take part."""
    request = cast(StaffRequest, request)
    ticket = ticket_for(request, pk, "reply")
    form = ParticipantForm(request.POST)
    if not form.is_valid():
        return refused(request, ticket, errors_of(form), form=form)
    try:
        join(ticket, addresses=form.cleaned_data["address"], by=request.user, now=timezone.now())
    except CannotJoin:
        return refused(request, ticket, gettext("They take part already."), form=form)
    return changed(request, pk)


@staff_only
@require_POST
def participant_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody take part no more."""
    request = cast(StaffRequest, request)
    ticket = ticket_for(request, pk, "reply")
    form = LeavingForm(request.POST, ticket=ticket)
    try:
        if form.is_valid():
            leave(ticket, person=form.cleaned_data["user"], by=request.user, now=timezone.now())
    except TakesNoPart:
        pass  # somebody else was faster: the page shows it
    return changed(request, pk)
