"""What a mail really was: its bytes as they came, its header lines, and the mails attached to it."""

import re
import uuid
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from channels_intake.email.parse import Unreadable, to_envelope
from channels_intake.models import Arrival
from helpdesk.lib import html
from tickets.views.access import StaffRequest, staff_only, ticket_for
from tickets.views.attachments import file_for

HEADER_BYTES = 100_000
_END_OF_HEADERS = re.compile(rb"\r\n\r\n|\n\n|\r\r")


@staff_only
@require_safe
@never_cache
def original(request: HttpRequest, ticket: int, message: int) -> HttpResponse:
    """Hand out a mail as it came; as a file, never as something a browser shows."""
    arrival = _arrival(request, ticket, message)
    response = HttpResponse(bytes(arrival.raw), content_type="message/rfc822")
    name = re.sub(r"[^\w .,()+-]+", "-", arrival.subject).strip(" .-")[:100] or f"mail-{arrival.pk}"
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.eml")
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@staff_only
@require_safe
@never_cache
def headers(request: HttpRequest, ticket: int, message: int) -> HttpResponse:
    """Show the header lines of a mail as they came."""
    arrival = _arrival(request, ticket, message)
    head = bytes(arrival.raw[: HEADER_BYTES * 2]).lstrip(b"\r\n")
    lines = _END_OF_HEADERS.split(head, maxsplit=1)[0][:HEADER_BYTES].decode("utf-8", "replace")
    context = {"ticket": arrival.ticket, "message": message, "lines": _visible(lines), "arrival": arrival}
    return render(request, "intake/original.html", context)


@staff_only
@require_safe
@never_cache
def attached(request: HttpRequest, ticket: int, file: uuid.UUID) -> HttpResponse:
    """
    Show a mail that was attached to a message: who wrote it to whom, its text, and what its files are called.

    :raises Http404: if the file is no mail.
    """
    found = file_for(cast(StaffRequest, request), ticket, file)
    if found.content_type != "message/rfc822" and not found.name.lower().endswith(".eml"):
        raise Http404
    try:
        mail = to_envelope(bytes(found.blob.data))
    except Unreadable:
        mail = None
    text = html.from_text(mail.full_text or mail.text) if mail else ""
    context = {"ticket": found.message.ticket, "file": found, "mail": mail, "text": text}
    return render(request, "intake/attached.html", context)


def _arrival(request: HttpRequest, ticket: int, message: int) -> Arrival:
    """
    Fetch how a message came, for staff who may read the whole ticket.

    :raises Http404: if it did not come by mail, or its bytes are not kept.
    """
    found = ticket_for(cast(StaffRequest, request), ticket)
    arrivals = Arrival.objects.filter(message=message, message__ticket=found, channel="email", size__gt=0)
    arrival = arrivals.order_by("pk").first()
    if arrival is None:
        raise Http404
    return arrival


def _visible(lines: str) -> str:
    """Give the lines with control and direction characters shown as what they are."""
    plain = lines.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]",
        lambda match: f"\\u{ord(match[0]):04x}",
        plain,
    )
