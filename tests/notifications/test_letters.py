"""What our mails look like on the wire."""

import email
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from notifications import headers
from notifications.letters import write
from notifications.links import read_ticket_link
from notifications.models import Delivery
from notifications.rendering import build
from tests.factories import NOW, later, make_agent, make_levels, make_ticket, make_user
from tickets import relay
from tickets.models import Message, Ticket
from tickets.operations.acknowledging import acknowledge
from tickets.operations.assigning import assign
from tickets.operations.escalation import escalate
from tickets.operations.noting import note
from tickets.operations.replying import receive_message, reply
from tickets.operations.resolution import resolve

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(settings: Settings) -> None:
    """Name the house."""
    settings.DEFAULT_FROM_EMAIL = "Muster GmbH <support@helpdesk.example>"
    settings.PUBLIC_URL = "https://hilfe.example"


@dataclass
class Picture:
    """A file of a reply."""

    name: str = "Bild.png"
    content_type: str = "image/png"
    data: bytes = b"\x89PNG..."
    inline: bool = False
    content_id: str = ""


def mails(**wanted: object) -> list[EmailMessage]:
    """Relay what has happened and build its mails, the oldest first, as a recipient's program reads them."""
    relay.relay_due(timezone.now().replace(year=2030))
    found = Delivery.objects.filter(medium="mail", **wanted).order_by("pk")
    return [email.message_from_bytes(build(d, write(d))[0].as_bytes(), policy=default) for d in found]  # type: ignore[misc]


def text_of(mail: EmailMessage) -> str:
    """Read the plain text."""
    part = mail.get_body(["plain"])
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    """Read the HTML."""
    part = mail.get_body(["html"])
    assert part is not None
    return str(part.get_content())


def answer(ticket: Ticket, text: str = "Bitte starten Sie den Rechner neu.", **fields: Any) -> Message:
    """Answer as Nadia."""
    fields.setdefault("now", NOW)
    return reply(ticket, text=text, by=make_agent(ticket.queue, name="Nadia Yildiz"), **fields)


def test_an_answer_says_who_wrote_it_and_fits_the_thread() -> None:
    ticket = make_ticket(subject="AW: VPN geht nicht", message_id="<abc.1@kunde.example>")
    message = answer(ticket)

    [mail] = mails()

    assert mail["From"] == '"Nadia Yildiz (Muster GmbH)" <support@helpdesk.example>'
    assert mail["To"] == f"{ticket.requester.name} <{ticket.requester.email}>"
    assert mail["Reply-To"] == "support@helpdesk.example"
    assert mail["Subject"] == f"Re: VPN geht nicht [#{ticket.pk}]"
    assert mail["Message-ID"] == message.message_id
    assert mail["In-Reply-To"] == mail["References"] == "<abc.1@kunde.example>"
    assert headers.is_loop_mark(mail["X-Helpdesk-Loop"])
    assert {mail[name] for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "List-Unsubscribe", "Cc", "Bcc")} == {
        None
    }


def test_the_thread_grows_by_everything_the_recipient_knows() -> None:
    ticket = make_ticket(message_id="abc.1@kunde.example")
    confirmed = acknowledge(ticket, text="Eingegangen.", now=NOW)
    first = answer(ticket, now=later(minutes=1))
    receive_message(
        ticket,
        author=ticket.requester,
        text="Nein.",
        channel=Ticket.Channel.EMAIL,
        now=later(minutes=2),
        message_id="abc.2@kunde.example",
    )
    answer(ticket, now=later(minutes=3))

    *_, last = mails(recipient=ticket.requester)

    ids = ["<abc.1@kunde.example>", confirmed.message_id, first.message_id, "<abc.2@kunde.example>"]
    assert last["References"].split() == ids
    assert last["In-Reply-To"] == "<abc.2@kunde.example>"
    assert len({mail["Subject"] for mail in mails(recipient=ticket.requester)}) == 1


def test_a_long_thread_keeps_its_first_and_its_last_ids() -> None:
    ticket = make_ticket(message_id="first@kunde.example")
    sent = [answer(ticket, now=later(minutes=number)).message_id for number in range(30)]

    *_, last = mails()

    assert last["References"].split() == ["<first@kunde.example>", *sent[10:29]]


def test_long_message_ids_stay_readable() -> None:
    outlook = f"<{'AM0PR04MB6754C2D95B9C2F1F2A3E4D5F6A7B8' * 3}@AM0PR04MB6754.eurprd04.prod.outlook.com>"
    answer(make_ticket(message_id=outlook))
    relay.relay_due(timezone.now().replace(year=2030))
    delivery = Delivery.objects.get()

    raw = build(delivery, write(delivery))[0].as_bytes()

    assert f"\r\nReferences: {outlook}\r\n".encode() in raw
    assert f"\r\nIn-Reply-To: {outlook}\r\n".encode() in raw


@pytest.mark.parametrize("evil", ["<a@b>\r\nBcc: evil@x.example", "<a b@c>", "<ä@b.example>", "<>", "a@b>, <c@d"])
def test_a_message_id_that_is_none_is_left_out(evil: str) -> None:
    ticket = make_ticket()
    ticket.messages.update(message_id=evil)
    answer(ticket)

    [mail] = mails()

    assert (mail["References"], mail["In-Reply-To"], mail["Bcc"]) == (None, None, None)


def test_a_confirmation_and_a_solution_say_that_a_machine_wrote_them() -> None:
    ticket = make_ticket()
    acknowledge(ticket, text="Wir haben Ihre Anfrage erhalten.", now=NOW)
    resolve(ticket, solution="Zertifikat erneuert.", by=make_agent(ticket.queue), now=later(minutes=1))

    confirmation, solution = mails(recipient=ticket.requester)

    assert (confirmation["Auto-Submitted"], confirmation["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert (solution["Auto-Submitted"], solution["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert confirmation["From"] == "Muster GmbH <support@helpdesk.example>"


def test_a_solution_asks_whether_it_helped_by_signed_links() -> None:
    ticket = make_ticket()
    resolve(ticket, solution="Zertifikat erneuert.", by=make_agent(ticket.queue), now=NOW)

    [mail] = mails(recipient=ticket.requester)

    links = re.findall(r"https://hilfe\.example/request/([^/\s]+)/(\?helped=\w+)", text_of(mail))
    assert [query for _, query in links] == ["?helped=yes", "?helped=no"]
    assert {read_ticket_link(signed) for signed, _ in links} == {(ticket.token, ticket.requester.pk)}
    assert "Zertifikat erneuert." in text_of(mail)


def test_only_the_last_two_public_messages_are_quoted_and_no_note() -> None:
    ticket = make_ticket(text="Erste Frage")
    answer(ticket, "Erste Antwort", now=later(minutes=1))
    note(ticket, text="GEHEIM: schwieriger Kunde", by=make_agent(ticket.queue), now=later(minutes=2))
    receive_message(
        ticket, author=ticket.requester, text="Zweite\nFrage", channel=Ticket.Channel.EMAIL, now=later(minutes=3)
    )
    answer(ticket, "Zweite Antwort", now=later(minutes=4))

    *_, last = mails()

    text = text_of(last)
    assert text.index("Zweite Antwort") < text.index("> Zweite\n> Frage") < text.index("> Erste Antwort")
    assert "Erste Frage" not in text + html_of(last)
    assert "GEHEIM" not in last.as_string()


@pytest.mark.parametrize(("language", "date"), [("de", "23. November 2026"), ("en", "23 November 2026")])
def test_a_mail_speaks_the_language_of_its_recipient(language: str, date: str) -> None:
    answer(make_ticket(requester=make_user(language=language)))

    [mail] = mails()

    assert date in text_of(mail)
    assert f'<html lang="{language}">' in html_of(mail)


def test_what_people_wrote_is_never_markup() -> None:
    ticket = make_ticket(subject="<b>VPN</b>", text="<script>alert(1)</script> {{ settings.SECRET_KEY }} {% load x %}")
    answer(ticket, "<img src=x onerror=alert(1)> {{ ticket.token }}")

    [mail] = mails()

    html = html_of(mail)
    assert "<script" not in html
    assert "<img" not in html
    assert "{{ ticket.token }}" in html
    assert "{{ settings.SECRET_KEY }}" in html
    assert "<img src=x onerror=alert(1)> {{ ticket.token }}" in text_of(mail)


def test_the_html_of_a_reply_is_cleaned() -> None:
    ticket = make_ticket()
    answer(
        ticket,
        "Hallo",
        html='<p onclick="x()">Hallo <b>fett</b><script>x</script><img src="https://spy.example/p.png"></p>',
    )

    [mail] = mails()

    assert "<b>fett</b>" in html_of(mail)
    assert not re.search(r"onclick|<script|spy\.example", html_of(mail))


def test_files_leave_with_the_reply_and_pictures_stay_in_the_text() -> None:
    ticket = make_ticket()
    files = [
        Picture(inline=True, content_id="logo"),
        Picture(name="Anleitung Größe.pdf", content_type="application/pdf", data=b"%PDF"),
    ]
    answer(ticket, "Siehe Bild", html='<p>Siehe <img src="cid:logo"></p>', files=files)

    [mail] = mails()

    [attached] = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Anleitung Größe.pdf", b"%PDF")
    [picture] = [part for part in mail.walk() if part["Content-ID"]]
    assert f'src="cid:{picture["Content-ID"][1:-1]}"' in html_of(mail)
    assert picture.get_content() == b"\x89PNG..."


@pytest.mark.parametrize(
    "content_type", ["message/rfc822", "multipart/mixed", "kaputt", "text/plain; charset=x", "a/b\r\nBcc: x@y.example"]
)
def test_a_file_of_any_type_can_be_sent(content_type: str) -> None:
    answer(make_ticket(), files=[Picture(content_type=content_type, data=b"Inhalt")])

    [mail] = mails()

    [attached] = mail.iter_attachments()
    assert attached.get_payload(decode=True) == b"Inhalt"
    assert mail["Bcc"] is None


def test_a_mail_to_staff_stands_in_a_thread_of_its_own() -> None:
    first, second = make_levels()
    ticket, agent = make_ticket(first, message_id="abc@kunde.example"), make_agent(second, level=4, language="en")
    escalate(ticket, reason="Braucht Rechte am Server", by=make_agent(first), now=NOW)
    assign(ticket, to=agent, by=make_agent(second, name="Lea Lead"), now=later(minutes=1))

    handed, given = mails(recipient=agent)

    assert (handed["References"], given["References"]) == (None, handed["Message-ID"])
    assert "Braucht Rechte am Server" in text_of(handed)
    assert "Lea Lead gave you" in text_of(given)
    assert f"https://hilfe.example/tickets/{ticket.pk}/" in text_of(given)
    assert given["Auto-Submitted"] == "auto-generated"


EVIL = [
    "x\r\nBcc: evil@x.example",
    'a" <evil@x.example>, "b',
    "evil@x.example, b",
    "ü\u2028Bcc: evil@x.example",
    "a\x00b",
    "=?utf-8?q?x=0ABcc:_e@x.example?=",
]


@pytest.mark.parametrize("evil", EVIL)
def test_no_name_and_no_subject_adds_a_header_or_a_recipient(evil: str) -> None:
    evil_for_postgres = evil.replace("\x00", "")
    ticket = make_ticket(requester=make_user("p@kunde.example", name=evil_for_postgres), subject="Test")
    Ticket.objects.filter(pk=ticket.pk).update(subject=evil_for_postgres)
    reply(ticket, text="Hallo", by=make_agent(ticket.queue, name=evil_for_postgres), now=NOW)

    [mail] = mails()

    assert sorted(mail.keys()) == sorted(
        ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "X-Helpdesk-Loop", "MIME-Version", "Content-Type"]
    )
    assert [a.addr_spec for a in mail["To"].addresses] == ["p@kunde.example"]
    assert [a.addr_spec for a in mail["From"].addresses] == ["support@helpdesk.example"]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120), st.text(max_size=300))
def test_any_name_and_any_subject_survive_the_way(name: str, subject: str) -> None:
    mail = headers.Built(policy=headers.POLICY)
    mail["To"] = headers.recipient(name, "p@kunde.example")
    mail["Subject"] = headers.subject_of(subject, 42)
    mail.set_content("x")

    read = email.message_from_bytes(mail.as_bytes())
    assert [address for _, address in getaddresses([str(read["To"])])] == ["p@kunde.example"]
    assert sorted(read.keys()) == sorted(mail.keys())
    assert all(len(line) <= 998 and line.isascii() for line in mail.as_bytes().split(b"\r\n"))
    again = email.message_from_bytes(mail.as_bytes(), policy=default)
    assert again["Subject"].endswith("[#42]")


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_address_is_either_fit_for_smtp_or_refused(address: str) -> None:
    try:
        plain = headers.ascii_address(f"{address}@kunde.example")
    except headers.BadAddress:
        return
    assert plain.isascii()
    assert not re.search(r"[\s<>,;]", plain) or plain.startswith('"')


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("VPN", "Re: VPN [#42]"),
        ("Re: AW: re : VPN", "Re: VPN [#42]"),
        ("Re: VPN [#42]", "Re: VPN [#42]"),
        ("Reparatur: Drucker", "Re: Reparatur: Drucker [#42]"),
        ("", "Re: [#42]"),
    ],
)
def test_the_subject_stays_the_same_however_often_it_went_back_and_forth(subject: str, expected: str) -> None:
    assert headers.subject_of(subject, 42) == expected
