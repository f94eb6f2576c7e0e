"""Files and HTML bodies of one's requests."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal import handing_out
from portal.views.requests import desk


@login_required
@require_safe
def attachment(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Hand out a file."""
    return handing_out.attachment(desk(request, pk).ticket, key)


@login_required
@require_safe
def body(request: HttpRequest, pk: int, message: int) -> HttpResponse:
    """Show a message's HTML."""
    place = desk(request, pk)
    return handing_out.body(place.ticket, message, base=place.base)
