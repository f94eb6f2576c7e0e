"""Attachments and mails in frames: nothing of theirs becomes a page of ours."""

from dataclasses import dataclass

import pytest

from tests.factories import NOW, make_agent, make_queue, make_ticket
from tests.tickets.views.test_list import as_
from tickets.models import Attachment, Message
from tickets.operations import noting

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@dataclass(frozen=True)
class File:
    name: str
    data: bytes
    content_type: str = "image/png"
    inline: bool = False
    content_id: str = ""


def address_of(ticket, file: Attachment) -> str:
    return f"/tickets/{ticket.pk}/attachments/{file.key}/"


def test_a_picture_is_shown_and_everything_else_downloaded() -> None:
    queue = make_queue()
    ticket = make_ticket(
        queue, files=[File("bild.png", PNG), File("b\u00f6se.svg", SVG), File("seite.html", b"<html>", "text/html")]
    )
    client = as_(make_agent(queue))
    picture, svg, page = (client.get(address_of(ticket, file)) for file in Attachment.objects.order_by("pk"))

    assert (picture["Content-Type"], picture["Content-Disposition"]) == ("image/png", 'inline; filename="bild.png"')
    for download in (svg, page):
        assert download["Content-Type"] == "application/octet-stream"
        assert download["Content-Disposition"].startswith("attachment")
    for response in (picture, svg, page):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "private" in response["Cache-Control"]
    assert picture.content == PNG


def test_a_file_that_is_known_is_not_sent_again() -> None:
    queue = make_queue()
    ticket = make_ticket(queue, files=[File("bild.png", PNG)])
    client = as_(make_agent(queue))
    address = address_of(ticket, Attachment.objects.get())

    again = client.get(address, headers={"If-None-Match": client.get(address)["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_a_file_belongs_to_its_ticket() -> None:
    ours, theirs = make_queue(), make_queue()
    own = make_ticket(ours)
    second = make_ticket(ours, files=[File("zweites.png", PNG)])
    foreign = make_ticket(theirs, files=[File("fremd.png", PNG + b"1")])
    agent = as_(make_agent(ours))
    file, hidden = second.messages.get().attachments.get(), foreign.messages.get().attachments.get()

    assert agent.get(address_of(own, file)).status_code == 404
    assert agent.get(address_of(own, hidden)).status_code == 404
    assert agent.get(address_of(foreign, hidden)).status_code == 404
    assert agent.get(address_of(second, file)).status_code == 200


def test_files_of_notes_are_for_staff() -> None:
    queue = make_queue()
    agent = make_agent(queue)
    ticket = make_ticket(queue)
    noting.note(ticket, text="intern", by=agent, now=NOW, files=[File("intern.png", PNG)])
    address = address_of(ticket, Attachment.objects.get())

    assert as_(agent).get(address).status_code == 200
    assert as_(ticket.requester).get(address).status_code == 404


def test_a_mail_is_shown_cleaned_in_a_frame_of_its_own() -> None:
    queue = make_queue()
    html = '<table><tr><td onclick="x()">Hallo<script>y()</script><img src="https://spy.example/p.gif"><img src="cid:logo"></td></tr></table>'
    ticket = make_ticket(queue, html=html, files=[File("logo.png", PNG, inline=True, content_id="logo")])
    file = Attachment.objects.get()

    frame = as_(make_agent(queue)).get(f"/tickets/{ticket.pk}/messages/{ticket.messages.get().pk}/body/")

    content = frame.content.decode()
    assert "Hallo" in content
    assert not any(word in content for word in ["onclick", "y()", "spy.example"])
    assert f'src="{address_of(ticket, file)}"' in content
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    policy = frame["Content-Security-Policy"]
    assert "script-src" not in policy
    for part in ["default-src 'none'", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'self'"]:
        assert part in policy


def test_only_rich_mails_offer_the_frame() -> None:
    queue = make_queue()
    client = as_(make_agent(queue))
    rich, plain = make_ticket(queue, html="<table><tr><td>x</td></tr></table>"), make_ticket(queue, html="<p>x</p>")

    assert b"data-mail-frame" in client.get(f"/tickets/{rich.pk}/").content
    assert b"data-mail-frame" not in client.get(f"/tickets/{plain.pk}/").content


@pytest.mark.parametrize("part", ["body", "full"])
def test_a_message_belongs_to_its_ticket(part: str) -> None:
    ours, theirs = make_queue(), make_queue()
    own, second, foreign = make_ticket(ours), make_ticket(ours), make_ticket(theirs)
    client = as_(make_agent(ours))

    def status(ticket, message_of) -> int:
        message = Message.objects.get(ticket=message_of)
        return client.get(f"/tickets/{ticket.pk}/messages/{message.pk}/{part}/").status_code

    assert status(own, own) == 200
    assert status(own, second) == 404
    assert status(own, foreign) == 404
    assert status(foreign, foreign) == 404


def test_quoted_history_is_there_when_asked_for() -> None:
    queue = make_queue()
    ticket = make_ticket(queue, text="Neu", full_text="Neu\n\n> Alt und lang")
    client = as_(make_agent(queue))

    page = client.get(f"/tickets/{ticket.pk}/").content.decode()
    full = client.get(f"/tickets/{ticket.pk}/messages/{ticket.messages.get().pk}/full/").content.decode()

    assert "Alt und lang" not in page
    assert "Alt und lang" in full
