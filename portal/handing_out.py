"""Files and HTML bodies of public messages, as answers that can do nothing in the reader's name."""

import uuid
from typing import Literal

from django.http import Http404, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from helpdesk.lib import html
from tickets.models import Attachment, Message, Ticket
from tickets.views.attachments import picture_type

FRAME_POLICY = (
    f"{html.POLICY}; frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)


def attachment(ticket: Ticket, key: uuid.UUID) -> HttpResponse:
    """
    Hand out a file: pictures are shown, everything else is only ever downloaded.

    :raises Http404: if no public message of this ticket has it.
    """
    public = Message.objects.filter(ticket=ticket)
    file = Attachment.objects.filter(message__in=public, key=key).select_related("blob").first()
    if file is None:
        raise Http404
    data = bytes(file.blob.data)
    picture = picture_type(data)
    response = HttpResponse(data, content_type=picture or "application/octet-stream")
    disposition = content_disposition_header(as_attachment=picture is None, filename=file.name)
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, private=True, max_age=3600)
    return response


def body(ticket: Ticket, number: int, *, base: str, theme: Literal["light", "dark"] = "light") -> HttpResponse:
    """
    Show a message as its sender made it, cleaned, as a document of its own for a sandboxed frame.

    :raises Http404: if this ticket has no such public message.
    """
    message = Message.objects.filter(ticket=ticket, pk=number).exclude(html="").first()
    if message is None:
        raise Http404
    pictures = {
        file.content_id: f"/attachments/{file.key}/" for file in message.attachments.defer("blob") if file.content_id
    }
    document = html.clean_document(message.html, pictures, theme=theme, title=gettext("Message"))
    response = HttpResponse(document.replace('src="/attachments/', f'src="{base}attachments/'))
    response["Content-Security-Policy"] = FRAME_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, private=True, no_cache=True)
    return response
