"""Why a ticket is due when it is: all its promises, and one of them with everything that was counted."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickets.explaining import explain
from tickets.views.access import StaffRequest, staff_only, ticket_for


@staff_only
@require_safe
def index(request: HttpRequest, pk: int) -> HttpResponse:
    """List the promises of a ticket, also those that ended."""
    ticket, now = ticket_for(cast(StaffRequest, request), pk, "view_events"), timezone.now()
    found = explain(ticket, now=now)
    context = {"ticket": ticket, "now": now, "open": [one for one in found if not one.is_over]}
    return render(request, "tickets/clocks.html", context | {"over": [one for one in found if one.is_over]})


@staff_only
@require_safe
def show(request: HttpRequest, pk: int, clock: int) -> HttpResponse:
    """Explain one promise: as a page, or as a dialog on the ticket's page."""
    staff, now = cast(StaffRequest, request), timezone.now()
    ticket = ticket_for(staff, pk, "view_events")
    row = ticket.clocks.filter(pk=clock).only("metric", "cycle").first()
    found = next(
        (one for one in explain(ticket, now=now) if row and one.derivation.key == (row.metric, row.cycle)), None
    )
    if found is None:
        raise Http404
    is_part = staff.htmx and not staff.htmx.history_restore_request
    template = "tickets/_clock_dialog.html" if is_part else "tickets/clock.html"
    return render(request, template, {"ticket": ticket, "now": now, "one": found})
