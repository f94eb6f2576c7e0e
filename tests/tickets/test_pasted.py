"""Pictures in the text of an answer: from the editor into the message, the mail, and back into the editor."""

import base64

import pytest

from helpdesk.lib import html
from tests.notifications.mailing import send
from tests.tickets.views.test_list import as_
from tests.tickets.views.test_writing import HTMX, open_one
from tickets.models import Attachment, Draft, HeldAnswer, Message

pytestmark = pytest.mark.django_db
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SOURCE = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
BODY = f'<p>Siehe <img alt="Bild" src="{SOURCE}"> hier</p>'


def test_a_picture_in_an_answer_stays_where_it_is(settings, mailoutbox) -> None:
    settings.UNDO_SECONDS = 0
    ticket, _, client = open_one()

    client.post(f"/tickets/{ticket.pk}/messages/", {"body": BODY})

    message = Message.objects.get(ticket=ticket, kind="reply")
    file = Attachment.objects.get(message=message)
    assert (bytes(file.blob.data), file.is_inline, file.content_type) == (PNG, True, "image/png")
    assert f'src="cid:{file.content_id}"' in message.html
    assert "data:" not in message.html
    frame = client.get(f"/tickets/{ticket.pk}/messages/{message.pk}/body/").content.decode()
    theirs = as_(ticket.requester).get(f"/requests/{ticket.pk}/messages/{message.pk}/body/").content.decode()
    assert f'src="/tickets/{ticket.pk}/attachments/{file.key}/"' in frame
    assert f"{file.key}" in theirs.partition("<body>")[2]
    send()
    mails = [mail.message() for mail in mailoutbox if "cid:" in str(mail.message())]
    related = [part for part in mails[0].walk() if part.get_content_type() == "multipart/related"]
    assert [part.get_payload(decode=True) for part in related[0].walk() if part.get_content_type() == "image/png"] == [
        PNG
    ]


def test_an_answer_that_is_a_picture_alone_can_be_sent(settings) -> None:
    settings.UNDO_SECONDS = 0
    ticket, _, client = open_one()

    client.post(f"/tickets/{ticket.pk}/messages/", {"body": f'<p><img src="{SOURCE}"></p>'})

    message = Message.objects.get(ticket=ticket, kind="reply")
    assert message.text.strip()
    assert message.attachments.get().content_id in message.html


def test_a_held_picture_is_shown_and_comes_back_into_the_editor(settings) -> None:
    settings.UNDO_SECONDS = 10
    ticket, agent, client = open_one()
    page = client.post(f"/tickets/{ticket.pk}/messages/", {"body": BODY}, headers=HTMX).content.decode()
    held = HeldAnswer.objects.get(ticket=ticket)

    client.post(f"/tickets/{ticket.pk}/held/withdrawal/", {"held": held.pk}, headers=HTMX)

    assert f'src="{SOURCE}"' in page
    assert SOURCE in Draft.objects.get(ticket=ticket, user=agent).body
    assert not HeldAnswer.objects.exists()
    client.post(f"/tickets/{ticket.pk}/messages/", {"body": Draft.objects.get(ticket=ticket).body}, headers=HTMX)
    assert HeldAnswer.objects.get(ticket=ticket).files.count() == 1


def test_what_only_claims_to_be_a_picture_is_none(settings) -> None:
    settings.UNDO_SECONDS = 0
    ticket, _, client = open_one()
    drawing = base64.b64encode(b"<svg onload=alert(1)>").decode()

    client.post(
        f"/tickets/{ticket.pk}/messages/",
        {"body": f'<p>a<img src="data:image/png;base64,{drawing}"><img src="cid:other@example"></p>'},
    )

    message = Message.objects.get(ticket=ticket, kind="reply")
    assert ("cid:" in message.html, "data:" in message.html, message.attachments.count()) == (False, False, 0)


def test_only_the_named_references_stay() -> None:
    source = '<img src="cid:mine"><img src="cid:theirs"><img src="https://evil.example/x.png">'

    assert html.clean_fragment(source, ["mine"]) == '<img src="cid:mine"><img><img>'
    assert html.clean_fragment(source) == "<img><img><img>"
