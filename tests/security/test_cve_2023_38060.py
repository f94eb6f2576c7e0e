"""CVE-2023-38060 (OTRS): the content type of an attachment was taken over unchecked, line breaks and all."""

import pytest
from django.utils import timezone

from channels_intake.envelope import Attached
from notifications.letters import write
from notifications.models import Delivery
from notifications.rendering import build
from notifications.telling import tell
from tests.security.world import World
from tickets.models import Event
from tickets.operations.replying import reply

KINDS = [
    "text/html\r\nX-Evil: 1",
    "text/html; charset=utf-8",
    "text/html\x00",
    "multipart/mixed; boundary=x",
    "message/rfc822",
    'image/png"; name="<script>',
    "x" * 300,
    "",
    "../../etc/passwd",
    "tëxt/html",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_declared_type_changes_no_header(world: World, kind: str) -> None:
    kind = kind.replace("\x00", "")  # what the database never gets
    ticket, file = world.own.ticket, Attached("a.txt", kind, kind, b"<script>ran=1</script>")
    message = reply(ticket, text="x", by=world.people["work"], now=timezone.now(), files=[file])
    key = message.attachments.get().key

    answer = world.client("requester").get(f"/requests/{ticket.pk}/attachments/{key}/")
    event = Event.objects.get(message=message, kind=Event.Kind.REPLIED)
    tell(event)
    delivery = Delivery.objects.filter(event=event, medium=Delivery.Medium.MAIL).first()
    mail = build(delivery, write(delivery))[0]
    (part,) = list(mail.iter_attachments())

    assert (answer["Content-Type"], "X-Evil" in answer) == ("application/octet-stream", False)
    assert part["X-Evil"] is mail["X-Evil"] is None
    assert part.get_content_maintype() not in ("multipart", "message")
    assert part.get_content_disposition() == "attachment"
