"""Mails that say more than their text are shown as they were sent; what reading one found out stands beside it."""

import pytest

from tests.factories import make_agent, make_ticket
from tests.tickets.views.test_files import PNG, File, address_of
from tests.tickets.views.test_list import as_
from tickets.models import Attachment, Message

pytestmark = pytest.mark.django_db

ICS = b"""BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Drucker <b>tauschen</b>
LOCATION:Raum 4
ORGANIZER;CN=Rita Muster:mailto:rita@kunde.example
DTSTART:20261124T080000Z
DTEND:20261124T093000Z
END:VEVENT
END:VCALENDAR
"""


def page_of(ticket) -> str:
    return as_(make_agent(ticket.queue, language="en")).get(f"/tickets/{ticket.pk}/").content.decode()


def body_of(ticket, query: str = "") -> str:
    message = Message.objects.get(ticket=ticket)
    return (
        as_(make_agent(ticket.queue, language="en"))
        .get(f"/tickets/{ticket.pk}/messages/{message.pk}/body/{query}")
        .content.decode()
    )


@pytest.mark.parametrize(
    ("html", "offered", "opens"),
    [
        ("<p>Hallo</p>", False, False),
        ("", False, False),
        ("<p>Hallo <b>Welt</b></p>", True, False),
        ('<p>x</p><img src="https://spy.example/x.gif">', True, False),
        ('<p>x</p><img width=1 src="cid:bild@x">', True, True),
        ("<TABLE border=1><tr><td>1</td></tr></TABLE>", True, True),
        ("<ul><li>eins</ul>", True, True),
        ('<p style="color:red">Antwort in Rot</p>', True, True),
    ],
)
def test_only_mails_that_say_more_than_their_text_open_by_themselves(html: str, offered: bool, opens: bool) -> None:
    page = page_of(make_ticket(html=html))

    assert ("data-mail-frame" in page, "data-opens" in page) == (offered, opens)


def test_quotes_are_folded_in_a_reply_and_not_in_a_forwarded_mail() -> None:
    html = "<p>Neu</p><p>Von: IT<br>Gesendet: Montag<br>An: Rita<br>Betreff: Drucker</p><p>Alt</p>"

    reply, forwarded = (
        make_ticket(html=html, text="Neu", full_text="Neu\n\nAlt"),
        make_ticket(html=html, text="Neu Alt"),
    )

    assert body_of(reply).count("<summary>Quoted history</summary>") == 1
    assert "<details" not in body_of(forwarded)


def test_remote_pictures_are_counted_and_inline_ones_without_a_place_stand_at_the_end() -> None:
    files = [
        File("logo.png", PNG, inline=True, content_id="logo@x"),
        File("foto <1>.png", PNG + b"2", inline=True),
        File("liste.png", PNG + b"3"),
    ]
    ticket = make_ticket(
        html='<p>Hallo<img src="cid:logo@x"><img src="https://a.example/1"><img src="//b.example/2"></p>', files=files
    )
    logo, photo, listed = Attachment.objects.order_by("pk")

    shown = body_of(ticket)

    assert "2 remote pictures not loaded" in shown
    assert "example/" not in shown
    assert shown.count("<img") - shown.count("<img>") == 2
    assert shown.index(f'Hallo<img src="{address_of(ticket, logo)}">') < shown.index(address_of(ticket, photo))
    assert f'<p><img src="{address_of(ticket, photo)}" alt="foto &lt;1&gt;.png"></p></body>' in shown
    assert address_of(ticket, listed) not in shown
    assert f'src="{address_of(ticket, listed)}"' in page_of(ticket)  # as a thumbnail beside its name


def test_what_reading_a_mail_found_out_stands_at_the_message() -> None:
    ticket = make_ticket()
    Message.objects.filter(ticket=ticket).update(
        notes=["signed_smime", "encrypted_pgp", "dmarc_fail", "file_too_large:groß<b>.zip", "never_heard_of"]
    )

    page = page_of(ticket)

    for words in [
        "signed", "encrypted", "sender not proven", "Signed by S/MIME (not checked).",
        "A file larger than 25 MB was left out. (groß&lt;b&gt;.zip)", "Part of the mail could not be read.",
    ]:  # fmt: skip
        assert words in page
    assert page.count('class="left-out"') == 1


def test_a_message_without_findings_shows_none() -> None:
    page = page_of(make_ticket())

    assert "left-out" not in page
    assert "sender not proven" not in page


def test_an_appointment_is_shown_as_a_card(settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    ticket = make_ticket(
        files=[File("termin.ics", ICS, "text/calendar"), File("kaputt.ics", b"BEGIN:VCAL", "text/calendar")]
    )
    good, broken = (f"{address_of(ticket, file)}appointment/" for file in Attachment.objects.order_by("pk"))
    client = as_(make_agent(ticket.queue, language="en"))

    card = client.get(good).content.decode()

    assert f'hx-get="{good}"' in page_of(ticket)
    for words in ["Drucker &lt;b&gt;tauschen&lt;/b&gt;", "09:00 – 10:30", "Raum 4", "Rita Muster"]:
        assert words in card
    assert client.get(broken).content.strip() == b""
