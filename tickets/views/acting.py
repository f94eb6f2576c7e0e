"""The way of every action on a ticket: ask, check, do, show what changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone

from people.models import User
from tickets.models import Ticket
from tickets.views.access import StaffRequest, ticket_for
from tickets.views.screen import changed, refused


def _no_form(request: StaffRequest, ticket: Ticket, data: Any) -> Form:
    return Form(data)


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that can be done to a ticket: who may, what is asked, what it calls, how refusals read."""

    needs: str
    title: Any
    button: Any
    run: Callable[[Ticket, Mapping[str, Any], User, datetime], object]
    refusals: Mapping[type[Exception], Any]
    form: Callable[[StaffRequest, Ticket, Any], Form] = field(default=_no_form)
    asks: bool = True
    is_risky: bool = False
    is_wide: bool = False
    part: str = "tickets/_ask_form.html"


def perform(request: HttpRequest, pk: int, action: Action) -> HttpResponse:
    """Ask (GET) or do (POST); 422 with the form or the reason when it is refused."""
    staff = cast(StaffRequest, request)
    ticket = ticket_for(staff, pk, action.needs)
    if request.method == "GET" and action.asks:
        return ask(staff, ticket, action, action.form(staff, ticket, None))
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "POST"] if action.asks else ["POST"])
    form = action.form(staff, ticket, request.POST)
    if not form.is_valid():
        return ask(staff, ticket, action, form, status=422)
    try:
        action.run(ticket, form.cleaned_data, staff.user, timezone.now())
    except tuple(action.refusals) as refusal:
        why = str(next(words for kind, words in action.refusals.items() if isinstance(refusal, kind)))
        if not action.asks:
            return refused(staff, ticket, why)
        form.add_error(None, why)
        return ask(staff, ticket, action, form, status=422)
    return changed(staff, pk)


def ask(request: StaffRequest, ticket: Ticket, action: Action, form: Form, status: int = 200) -> HttpResponse:
    """Show the form of an action: in a dialog, or as a page of its own."""
    context = {"ticket": ticket, "action": action, "form": form, "address": request.path}
    template = "tickets/_ask.html" if request.htmx else "tickets/ask.html"
    response = render(request, template, context, status=status)
    if request.htmx:
        response["HX-Retarget"] = "#dialogs"
        response["HX-Reswap"] = "innerHTML"
    return response
