"""Files of messages: never a page of ours, whatever they claim to be."""

import uuid
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header, parse_etags
from django.views.decorators.http import require_safe

from helpdesk.lib import appointments
from tickets.models import Attachment, Message
from tickets.views.access import StaffRequest, staff_only, ticket_for

# What browsers only paint, told by its first bytes; everything else is downloaded.
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@staff_only
@require_safe
def show(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Give a file to whoever may read its message."""
    file = file_for(cast(StaffRequest, request), pk, key)
    etag = f'"{file.blob_id}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _guarded(HttpResponseNotModified(), etag)
    return _guarded(_file(file), etag)


@staff_only
@require_safe
def appointment(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Show what appointment a file holds, as a card beside it; nothing if it holds none."""
    file = file_for(cast(StaffRequest, request), pk, key)
    try:
        found = appointments.read(bytes(file.blob.data)) if file.size <= appointments.MAX_BYTES else None
    except appointments.Unreadable:
        found = None
    response = render(request, "tickets/_appointment.html", {"appointment": found})
    patch_cache_control(response, private=True, max_age=600)
    return response


def file_for(request: StaffRequest, pk: int, key: uuid.UUID) -> Attachment:
    """
    Fetch a file of this ticket; `ticket_for` lets in only who may read notes as well.

    :raises Http404: if the ticket has none of that key.
    :raises PermissionDenied: if they may see the ticket but not its notes.
    """
    messages = Message.with_notes.filter(ticket=ticket_for(request, pk))
    file = Attachment.objects.filter(key=key, message__in=messages).first()
    if file is None:
        raise Http404
    return file


def _file(file: Attachment) -> HttpResponse:
    data = bytes(file.blob.data)
    content_type = picture_type(data)
    response = HttpResponse(data, content_type=content_type or "application/octet-stream")
    disposition = content_disposition_header(as_attachment=content_type is None, filename=file.name)
    response["Content-Disposition"] = disposition or "attachment"
    return response


def picture_type(data: bytes) -> str | None:
    """Tell by its first bytes which kind of raster picture this is; None for everything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _PICTURES if data.startswith(start)), None)


def _guarded(response: HttpResponse, etag: str) -> HttpResponse:
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    patch_cache_control(response, private=True, no_cache=True)
    return response
