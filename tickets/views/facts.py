"""What a questionnaire found out: noting that it had to be asked again."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from tickets.operations.questioning import NotAsked, mark_still_asked
from tickets.views.access import StaffRequest, staff_only, ticket_for
from tickets.views.screen import part


@staff_only
@require_POST
def still_asked(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that an agent had to ask all the same, or take it back."""
    staff = cast(StaffRequest, request)
    ticket = ticket_for(staff, pk, "reply")
    try:
        mark_still_asked(
            ticket, request.POST.get("question", "").replace("\0", "")[:20], by=staff.user, now=timezone.now()
        )
    except NotAsked:
        raise Http404 from None
    if not staff.htmx:
        return redirect("tickets:show", pk)
    return part(staff, "tickets/_facts.html", ticket_for(staff, pk, "reply", as_page=True), opened=True)
