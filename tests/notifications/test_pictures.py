"""Pictures in an answer travel within its mail, and nobody sends one they may not hand out."""

import re
import uuid
from dataclasses import dataclass
from email.message import EmailMessage

import pytest

from people.models import User
from tests.factories import NOW, later, make_agent, make_queue, make_ticket
from tests.notifications.conftest import Mailman
from tests.notifications.mailing import answer, html_of, send
from tickets.models import Attachment, Queue, Ticket
from tickets.operations.noting import note
from tickets.operations.replying import receive_message

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Picture:
    """A file of a message."""

    name: str = "Bild.png"
    content_type: str = "image/png"
    data: bytes = PNG + b"one"
    inline: bool = True
    content_id: str = ""


@pytest.fixture
def queue() -> Queue:
    """Make a queue."""
    return make_queue()


@pytest.fixture
def agent(queue: Queue) -> User:
    """Make an agent of the queue."""
    return make_agent(queue, name="Nadia Yildiz")


def with_picture(queue: Queue, data: bytes = PNG + b"theirs", **fields: str) -> tuple[Ticket, Attachment]:
    """Open a ticket by a mail with a picture in it."""
    picture = Picture(data=data, content_id="image001@kunde.example", **fields)
    ticket = make_ticket(queue, text="Siehe Bild", files=[picture], html='<img src="cid:image001@kunde.example">')
    return ticket, Attachment.objects.get(message__ticket=ticket)


def pictures(mail: EmailMessage) -> dict[str, bytes]:
    """Give what stands in the HTML of a mail as pictures, each a part related to it."""
    [related] = [part for part in mail.walk() if part.get_content_type() == "multipart/related"] or [EmailMessage()]
    parts = {str(part["Content-ID"])[1:-1]: part.get_payload(decode=True) for part in related.iter_parts()}
    return {key: parts[key] for key in re.findall(r'<img[^>]+src="cid:([^"]+)"', html_of(mail))}  # type: ignore[misc]


def attached(mail: EmailMessage) -> list[str | None]:
    """Give the names of the files beside the text."""
    return [part.get_filename() for part in mail.iter_attachments()]


def sent(post: Mailman) -> EmailMessage:
    """Send the one mail that is due."""
    assert send() == 1
    return post.mails[-1]


def test_pictures_that_were_pasted_stay_where_they_were_pasted(post: Mailman, queue: Queue, agent: User) -> None:
    files = [
        Picture(content_id="pasted-1", data=PNG + b"one"),
        Picture(content_id="pasted-2", data=PNG + b"two"),
        Picture(name="Anleitung.pdf", content_type="application/pdf", data=b"%PDF", inline=False),
    ]
    page = '<p>Erst <img src="cid:pasted-2" alt="zwei"> dann <img src="cid:pasted-1"></p>'
    answer(make_ticket(queue), html=page, files=files, by=agent)

    mail = sent(post)

    assert list(pictures(mail).values()) == [PNG + b"two", PNG + b"one"]
    assert attached(mail) == ["Anleitung.pdf"]
    assert b"\r\nContent-Disposition: inline;" in post.raw[0]


@pytest.mark.parametrize(
    "address",
    [
        "cid:image001@kunde.example",
        "/attachments/{key}/",
        "/tickets/{ticket}/attachments/{key}/",
        "/attachments/{KEY}/",
    ],
)
def test_a_picture_of_the_requester_that_is_quoted_travels_along(
    post: Mailman, queue: Queue, agent: User, address: str
) -> None:
    ticket, picture = with_picture(queue)
    where = address.format(key=picture.key, KEY=str(picture.key).upper(), ticket=ticket.pk)
    answer(ticket, html=f'<p>Dazu:</p><blockquote><img src="{where}" alt="x"></blockquote>', by=agent)

    mail = sent(post)

    assert list(pictures(mail).values()) == [PNG + b"theirs"]
    assert attached(mail) == []
    assert "/attachments/" not in html_of(mail)


def test_a_picture_shown_twice_travels_once(post: Mailman, queue: Queue, agent: User) -> None:
    ticket, picture = with_picture(queue)
    answer(ticket, html=2 * f"<p><img src='/attachments/{picture.key}/'></p>", by=agent)

    mail = sent(post)

    assert html_of(mail).count(f"cid:{picture.key}") == 2
    assert post.raw[0].count(b"Content-ID:") == 1


def test_a_pasted_picture_wins_over_a_quoted_one_of_the_same_name(post: Mailman, queue: Queue, agent: User) -> None:
    ticket, _ = with_picture(queue)
    own = Picture(content_id="image001@kunde.example", data=PNG + b"mine")
    answer(ticket, html='<p><img src="cid:image001@kunde.example"></p>', files=[own], by=agent)

    assert list(pictures(sent(post)).values()) == [PNG + b"mine"]


def test_a_picture_of_a_ticket_the_author_may_not_see_does_not_travel(post: Mailman, queue: Queue, agent: User) -> None:
    """osTicket CVE-2026-22200 and its like: an address in the text fetched what its author could not open."""
    foreign, picture = with_picture(make_queue(), data=PNG + b"SECRET")
    addresses = [f"/attachments/{picture.key}/", f"/tickets/{foreign.pk}/attachments/{picture.key}/"]
    addresses += [f"/tickets/{foreign.pk}/attachments/{picture.key}/?x=1", f"cid:{picture.key}"]
    page = "".join(f'<p>Text <img src="{address}" alt="x"></p>' for address in addresses)
    answer(make_ticket(queue), html=page, by=agent)

    mail = sent(post)

    assert b"Content-ID" not in post.raw[0]
    assert "<img" not in html_of(mail)
    assert str(picture.key) not in html_of(mail)
    assert html_of(mail).count("Text") == 4


def test_a_picture_of_another_ticket_the_author_may_see_travels(post: Mailman, queue: Queue, agent: User) -> None:
    _, picture = with_picture(queue)
    answer(make_ticket(queue), html=f'<p><img src="/attachments/{picture.key}/"></p>', by=agent)

    assert list(pictures(sent(post)).values()) == [PNG + b"theirs"]


def test_a_picture_of_a_note_never_travels(post: Mailman, queue: Queue, agent: User) -> None:
    ticket = make_ticket(queue)
    note(ticket, text="Intern", html="<p>x</p>", files=[Picture(content_id="secret")], by=agent, now=NOW)
    key = Attachment.objects.get().key
    page = f'<p>A <img src="/tickets/{ticket.pk}/attachments/{key}/"><img src="cid:secret"></p>'
    answer(Ticket.objects.get(pk=ticket.pk), html=page, by=agent, now=later(1))

    mail = sent(post)

    assert ("<img" in html_of(mail), b"Content-ID" in post.raw[0]) == (False, False)


def test_what_is_no_picture_is_not_shown_as_one(post: Mailman, queue: Queue, agent: User) -> None:
    ticket, file = with_picture(queue, content_type="application/pdf", data=b"%PDF")
    answer(ticket, html=f'<p><img src="/attachments/{file.key}/"></p>', by=agent)

    mail = sent(post)

    assert ("<img" in html_of(mail), b"%PDF" in post.raw[0]) == (False, False)


@pytest.mark.parametrize(
    "address",
    [
        f"/attachments/{uuid.UUID(int=7)}/",
        "/attachments/../settings/",
        "/portal/attachments/x/",
        "https://spy.example/attachments/x.png",
        "cid:unknown",
        "data:image/png;base64,iVBORw0KGgo=",
    ],
)
def test_what_is_not_ours_is_left_out(post: Mailman, queue: Queue, agent: User, address: str) -> None:
    answer(make_ticket(queue), html=f'<p>Text <img alt="a &gt; b" src="{address}"> mehr</p>', by=agent)

    shown = html_of(sent(post))

    assert "<img" not in shown
    assert re.search(r"Text\s+mehr", shown)


def test_a_picture_in_what_the_requester_wrote_is_not_theirs_to_send(post: Mailman, queue: Queue, agent: User) -> None:
    _, picture = with_picture(make_queue(), data=PNG + b"SECRET")
    ticket = make_ticket(queue)
    page = f'<img src="/attachments/{picture.key}/">'
    receive_message(
        ticket, author=ticket.requester, text="x", html=page, channel=Ticket.Channel.EMAIL, now=later(1), files=[]
    )
    answer(Ticket.objects.get(pk=ticket.pk), html=f"<blockquote>{page}</blockquote>", by=agent, now=later(2))

    sent(post)

    assert b"Content-ID" not in post.raw[0]
