"""A line break in an address, a name, a subject or a file name makes no further header (RT; also CVE-2013-3373)."""

from email import message_from_bytes, policy

import pytest

from notifications.letters import write
from notifications.models import Delivery
from notifications.rendering import build
from notifications.telling import tell
from people.models import User
from tests.channels_intake.mails import receive
from tests.factories import NOW, make_agent
from tickets.models import Event, Queue, Ticket
from tickets.operations.replying import reply

BREAKS = ["\r\n", "\n", "\r", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "=?utf-8?Q?=0D=0A?=", "=?utf-8?B?DQo=?="]
HARM = "Bcc: victim@evil.example"


def _sent(ticket: Ticket, agent: User) -> bytes:
    reply(ticket, text="Bitte neu starten.", by=agent, now=NOW)
    event = Event.objects.filter(kind=Event.Kind.REPLIED).latest("pk")
    tell(event)
    delivery = Delivery.objects.filter(event=event, medium=Delivery.Medium.MAIL).get()
    return build(delivery, write(delivery))[0].as_bytes()


@pytest.mark.parametrize("line_break", BREAKS)
def test_what_people_are_called_makes_no_header(ticket: Ticket, queue: Queue, line_break: str) -> None:
    agent = make_agent(queue)
    User.objects.filter(pk=agent.pk).update(name=f"Anna{line_break}{HARM}")
    User.objects.filter(pk=ticket.requester_id).update(name=f"Petra{line_break}{HARM}")
    Ticket.objects.filter(pk=ticket.pk).update(subject=f"Drucker{line_break}{HARM}")
    raw = _sent(Ticket.objects.get(pk=ticket.pk), User.objects.get(pk=agent.pk))
    mail = message_from_bytes(raw, policy=policy.default)

    assert mail["Bcc"] is None
    assert b"\nBcc:" not in raw.partition(b"\r\n\r\n")[0].replace(b"\r", b"\n")
    assert [address.addr_spec for address in mail["To"].addresses] == ["petra@kunde.example"]


@pytest.mark.parametrize("line_break", ["\\r\\n", "=0D=0A", "=?utf-8?Q?=0D=0A?="])
def test_a_mail_whose_headers_carry_breaks_brings_none_into_ours(queue: Queue, line_break: str) -> None:
    raw = (
        f'From: "Petra{line_break}{HARM}" <petra@kunde.example>\r\nMessage-ID: <x{line_break}@kunde.example>\r\n'
        f"Subject: =?utf-8?Q?Drucker{line_break.replace('?', '')}{HARM.replace(' ', '_')}?=\r\n\r\nText"
    ).encode()
    ticket = receive(raw).ticket
    assert ticket is not None
    mail = message_from_bytes(_sent(ticket, make_agent(queue)), policy=policy.default)

    assert mail["Bcc"] is None
    assert {header for header in mail if header.lower() == "bcc"} == set()
