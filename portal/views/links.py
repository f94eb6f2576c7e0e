"""One request by its signed link, without a login: GET shows, POST stores."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe

from notifications.links import BadLink, read_ticket_link
from people.models import User
from portal import handing_out
from portal.views.desk import Desk
from tickets.models import Ticket
from tickets.permissions import can


@require_safe
def show(request: HttpRequest, signed: str) -> HttpResponse:
    """Show the request the link is about."""
    try:
        desk = _desk(signed)
    except BadLink:
        return render(request, "portal/bad_link.html", status=404)
    with override(desk.person.language):
        return desk.show(request)


@require_POST
def write(request: HttpRequest, signed: str) -> HttpResponse:
    """Add a message."""
    return _found(signed).write(request)


@require_POST
def confirm(request: HttpRequest, signed: str) -> HttpResponse:
    """Note that it helped."""
    return _found(signed).confirm(request)


@require_POST
def reopen(request: HttpRequest, signed: str) -> HttpResponse:
    """Take it up again."""
    return _found(signed).reopen(request)


@require_safe
def solution(request: HttpRequest, signed: str, attempt: int) -> HttpResponse:
    """Ask whether a solution helped."""
    try:
        desk = _desk(signed)
    except BadLink:
        return render(request, "portal/bad_link.html", status=404)
    with override(desk.person.language):
        return desk.show_solution(request, attempt)


@require_POST
def answer_solution(request: HttpRequest, signed: str, attempt: int) -> HttpResponse:
    """Store whether it helped."""
    return _found(signed).answer_solution(request, attempt)


@require_safe
def attachment(request: HttpRequest, signed: str, key: uuid.UUID) -> HttpResponse:
    """Hand out a file."""
    return handing_out.attachment(_found(signed).ticket, key)


@require_safe
def body(request: HttpRequest, signed: str, message: int) -> HttpResponse:
    """Show a message's HTML."""
    place = _found(signed)
    return handing_out.body(place.ticket, message, base=place.base)


def _found(signed: str) -> Desk:
    try:
        return _desk(signed)
    except BadLink:
        raise Http404 from None


def _desk(signed: str) -> Desk:
    """
    Find person and request behind a link.

    :raises BadLink: if it is forged, old, or the person may not see the request (any more).
    """
    token, person_id = read_ticket_link(signed)
    tickets = Ticket.objects.select_related("case_owner", "queue", "requester")
    ticket, person = tickets.filter(token=token).first(), User.objects.filter(pk=person_id).first()
    # A link is for those who ask; staff log in.
    if ticket is None or person is None or person.is_agent or not can(person, "view", ticket):
        raise BadLink("This link leads nowhere.")
    return Desk(person, ticket, reverse("portal:ticket_by_link", args=[signed]), by_link=True)
