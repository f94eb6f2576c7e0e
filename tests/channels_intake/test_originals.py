"""The mail as it came: its bytes, its headers, and mails attached to it, for staff of its queue."""

import pytest

from channels_intake.models import Arrival
from tests.channels_intake.mails import mail, receive
from tests.factories import make_agent, make_queue, make_ticket
from tests.tickets.views.test_list import as_
from tickets.models import Attachment, Blob, Message

pytestmark = pytest.mark.django_db

ATTACHED = (
    b"From: Rita <rita@kunde.example>\r\nTo: it@x.example\r\nSubject: =?utf-8?q?Stra=C3=9Fe?= <script>\r\nDate: Mon, 2 Nov 2026 09:00:00 +0100\r\n"
    b'Content-Type: multipart/mixed; boundary="i"\r\n\r\n--i\r\nContent-Type: text/plain\r\n\r\nInnerer <b>Text</b>\r\n'
    b"--i\r\nContent-Type: application/pdf; name=plan.pdf\r\n\r\n%PDF-1.4\r\n--i--\r\n"
)


@pytest.fixture
def client():
    return as_(make_agent(make_queue(), language="en"))


def came(raw: bytes) -> Message:
    ticket = receive(raw).ticket
    assert ticket is not None
    return Message.objects.get(ticket=ticket, kind=Message.Kind.CUSTOMER)


def address_of(message: Message, part: str) -> str:
    return f"/intake/tickets/{message.ticket_id}/messages/{message.pk}/{part}/"


def test_the_original_is_handed_out_byte_for_byte_as_a_file(client) -> None:
    raw = mail(subject="Drucker: ..\\etc/Füße?")
    message = came(raw)

    response = client.get(address_of(message, "original"))

    assert response.content == raw
    assert response["Content-Type"] == "message/rfc822"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert not set("/\\?") & set(response["Content-Disposition"])
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert address_of(message, "original") in client.get(f"/tickets/{message.ticket_id}/").content.decode()


def test_the_headers_are_shown_as_they_came_and_nothing_else(client) -> None:
    message = came(mail(text="Geheimer Inhalt", X_Odd="<script>alert(1)</script> \u202eevil"))

    page = client.get(address_of(message, "headers")).content.decode()

    assert "X-Odd: &lt;script&gt;alert(1)&lt;/script&gt; \\u202eevil" in page
    assert "Geheimer Inhalt" not in page


@pytest.mark.parametrize("part", ["original", "headers"])
def test_what_did_not_come_by_mail_has_no_original(client, part: str) -> None:
    ticket, other = make_ticket(), came(mail())
    message = Message.objects.get(ticket=ticket)

    assert client.get(address_of(message, part)).status_code == 404
    assert client.get(f"/intake/tickets/{ticket.pk}/messages/{other.pk}/{part}/").status_code == 404
    assert "/original/" not in client.get(f"/tickets/{ticket.pk}/").content.decode()
    assert client.get(address_of(other, part)).status_code == 200
    Arrival.objects.update(size=0)
    assert client.get(address_of(other, part)).status_code == 404


def test_an_attached_mail_is_read_on_a_page_of_its_own(client) -> None:
    raw = b'From: petra@kunde.example\r\nSubject: Siehe Anhang\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="o"\r\n\r\n--o\r\nContent-Type: text/plain\r\n\r\nSiehe Anhang\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n'
    message = came(raw + ATTACHED + b"\r\n--o--\r\n")
    file = Attachment.objects.get(message=message)
    address = f"/intake/tickets/{message.ticket_id}/attachments/{file.key}/mail/"

    page = client.get(address).content.decode()

    assert address in client.get(f"/tickets/{message.ticket_id}/").content.decode()
    for words in [
        "Straße &lt;script&gt;",
        "rita@kunde.example",
        "it@x.example",
        "Innerer &lt;b&gt;Text&lt;/b&gt;",
        "plan.pdf",
    ]:
        assert words in page


def test_only_mails_are_read_as_mails(client) -> None:
    message = came(mail())
    file = Attachment.objects.create(
        message=message, name="x.txt", content_type="text/plain", size=1, blob_id=_blob(b"From: a@b.example\r\n\r\nx")
    )
    empty = Attachment.objects.create(
        message=message, name="x.eml", content_type="message/rfc822", size=0, blob_id=_blob(b"")
    )

    assert client.get(f"/intake/tickets/{message.ticket_id}/attachments/{file.key}/mail/").status_code == 404
    shown = client.get(f"/intake/tickets/{message.ticket_id}/attachments/{empty.key}/mail/")
    assert b"holds no mail that can be read" in shown.content


def _blob(data: bytes) -> str:

    return Blob.objects.create(sha256=f"{len(data):064}", data=data).pk
