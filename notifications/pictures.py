"""Pictures in what a person wrote: each travels within the mail, and only where its author may hand it out."""

import re
from collections.abc import Sequence
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe

from helpdesk.lib import html
from people.models import User
from tickets.models import Attachment, Message, Ticket
from tickets.permissions import can

MOST = 50
_PICTURE = re.compile(r'<img((?:\s+[\w-]+="[^"]*")*)\s*/?>')
_SOURCE = re.compile(r'\ssrc="([^"]*)"')
_KEY = re.compile(r"[^?]*attachments/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})/(?:\?.*)?", re.IGNORECASE)


def embed(
    source: str, *, ticket: Ticket, author: User | None, files: Sequence[Attachment]
) -> tuple[SafeString, list[Attachment]]:
    """
    Clean what a person wrote and give it with the files its pictures show.

    They show files of the message itself, or of public messages that its author may see; any other picture is left out.
    """
    own = {str(file.key): file for file in files}
    body = str(html.clean(source, _content_ids(source, ticket, files)))
    keys = [key for source in _SOURCE.findall(body) if (key := _key(source)) and key not in own]
    known = own | {str(file.key): file for file in _lent(keys[:MOST], ticket, author)}
    shown: dict[str, Attachment] = {}

    def show(picture: re.Match[str]) -> str:
        found = _SOURCE.search(picture[1])
        key = _key(found[1]) if found else ""
        if found is None or key not in known:
            return ""
        shown[key] = known[key]
        return picture[0].replace(found[0], f' src="cid:{key}"', 1)

    body = _PICTURE.sub(show, body)
    return mark_safe(body), list(shown.values())  # noqa: S308 - from the cleaner; only addresses of pictures were changed


def _content_ids(source: str, ticket: Ticket, files: Sequence[Attachment]) -> dict[str, str]:
    """Say where the pictures are that go by a Content-ID: in this message, or in an earlier one that is quoted."""
    if "cid:" not in source.lower():
        return {}
    earlier = Attachment.objects.filter(message__in=Message.objects.filter(ticket=ticket)).exclude(content_id="")
    quoted = earlier.defer("blob").order_by("pk")
    return {file.content_id: f"/attachments/{file.key}/" for file in (*quoted, *files) if file.content_id}


def _lent(keys: Sequence[str], ticket: Ticket, author: User | None) -> list[Attachment]:
    """Fetch pictures of other messages: of this ticket or of one the author may see, and never of a note."""
    if not keys:
        return []
    found = Attachment.objects.filter(
        key__in=[UUID(key) for key in keys], content_type__startswith="image/", message__in=Message.objects.all()
    )
    return [
        file
        for file in found.select_related("message__ticket", "blob")
        if file.message.ticket_id == ticket.pk or (author is not None and can(author, "view", file.message.ticket))
    ]


def _key(source: str) -> str:
    found = _KEY.fullmatch(source)
    return found[1].lower() if found else ""
