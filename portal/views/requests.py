"""One's own requests, for those who are logged in."""

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from people.models import User
from portal.queries import newest_requests
from portal.views.desk import Desk
from tickets.models import Ticket


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """List one's requests."""
    assert isinstance(request.user, User)
    return render(request, "portal/requests.html", {"requests": newest_requests(request.user)})


@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request."""
    return desk(request, pk).show(request)


@login_required
@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a message."""
    return desk(request, pk).write(request)


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that it helped."""
    return desk(request, pk).confirm(request)


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it up again."""
    return desk(request, pk).reopen(request)


@login_required
@require_safe
def solution(request: HttpRequest, pk: int, attempt: int) -> HttpResponse:
    """Ask whether a solution helped."""
    return desk(request, pk).show_solution(request, attempt)


@login_required
@require_POST
def answer_solution(request: HttpRequest, pk: int, attempt: int) -> HttpResponse:
    """Store whether it helped."""
    return desk(request, pk).answer_solution(request, attempt)


def desk(request: HttpRequest, pk: int) -> Desk:
    """
    Sit down before one's request.

    :raises Http404: if it is not one's own, or there is none.
    """
    assert isinstance(request.user, User)
    # Agents see more than their own, but that is work, not a request of theirs.
    theirs = Q(requester=request.user) | Q(participants__user=request.user)
    tickets = Ticket.objects.visible_to(request.user).filter(theirs).distinct()
    ticket = get_object_or_404(tickets.select_related("case_owner", "queue", "requester"), pk=pk)
    return Desk(request.user, ticket, reverse("portal:request", args=[pk]))
