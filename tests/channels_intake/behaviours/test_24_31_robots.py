"""Behaviours 24 to 31 of an e-mail intake: machines, bounces and loops."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from channels_intake.email.parse import to_envelope
from helpdesk.lib import message_ids
from notifications.letters import write
from notifications.models import Delivery
from notifications.rendering import build
from notifications.telling import tell
from people.models import User
from tests.channels_intake.mails import bounce, mail, receive
from tests.factories import NOW, make_agent
from tickets.models import Event, Message, Queue, Ticket
from tickets.operations.assigning import assign
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve

AUTOMATIC = [
    {"Auto_Submitted": "auto-generated"},
    {"Auto_Submitted": "auto-replied (vacation)"},
    {"Auto_Submitted": "auto-notified"},
    {"X_Auto_Response_Suppress": "All"},
    {"X_Auto_Response_Suppress": "OOF, AutoReply"},
    {"Precedence": "bulk"},
    {"Precedence": "list"},
    {"Precedence": "junk"},
    {"X_Autoreply": "yes"},
    {"X_Autorespond": "x"},
    {"List_Id": "<x.example>"},
    {"List_Unsubscribe": "<mailto:x@x.example>"},
]


@pytest.fixture
def answered(queue: Queue) -> Delivery:
    """Give the sent mail with an agent's answer."""
    ticket = receive(mail()).ticket
    reply(ticket, text="Bitte neu starten.", by=make_agent(queue), now=NOW)
    tell(Event.objects.get(kind=Event.Kind.REPLIED))
    delivery = Delivery.objects.get(event__kind=Event.Kind.REPLIED)
    Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.SENT)
    return delivery


@pytest.mark.parametrize("headers", AUTOMATIC, ids=lambda headers: " ".join(f"{k}={v}" for k, v in headers.items()))
def test_24_machine_mail_gets_no_automatic_answer(queue: Queue, headers: dict[str, str]) -> None:
    assert receive(mail(**headers)).acknowledgement is None


def test_24_a_person_s_mail_says_no_and_is_answered(queue: Queue) -> None:
    assert receive(mail(Auto_Submitted="no")).acknowledgement is not None


def test_25_a_repeated_header_counts_whatever_its_order(queue: Queue) -> None:
    raw = b"Precedence: normal\r\nPrecedence: bulk\r\nAuto-Submitted: no\r\n" + mail()

    assert receive(raw).acknowledgement is None


QMAIL = (
    "Hi. This is the qmail-send program at mx.kunde.example.\nI'm afraid I wasn't able to deliver your message to the "
    "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<petra@kunde.example>:\n"
    "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n"
)
EXIM = (
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered "
    "to one or more of its recipients. This is a permanent error. The following address(es) failed:\n\n"
    "  petra@kunde.example\n    host mx.kunde.example: 550 No such user here\n"
)


@pytest.mark.parametrize(
    "raw",
    [
        bounce("<a@b.example>"),
        mail("MAILER-DAEMON@mx.example", Return_Path="<>", subject="failure notice", text=QMAIL),
        mail(
            "Mailer-Daemon <Mailer-Daemon@mx.example>",
            subject="Mail delivery failed: returning message to sender",
            text=EXIM,
        ),
        mail("postmaster@mx.example", subject="Undeliverable: Drucker", text="Your message could not be delivered."),
        mail("x@mx.example", X_Failed_Recipients="petra@kunde.example", subject="Mail delivery failed", text=EXIM),
    ],
    ids=["report", "qmail", "exim", "postmaster", "failed recipients"],
)
def test_26_bounces_of_every_kind_are_known_and_never_answered(queue: Queue, raw: bytes) -> None:
    taken = receive(raw)

    assert to_envelope(raw).bounce
    assert taken.acknowledgement is None
    assert not Message.objects.filter(kind=Message.Kind.SYSTEM).exists()


def test_27_a_bounce_goes_to_its_ticket_and_changes_no_state(answered: Delivery, queue: Queue) -> None:
    ticket = resolve(answered.event.ticket, solution="Neustart", by=make_agent(queue), now=NOW)
    taken = receive(bounce(answered.message_id))

    ticket.refresh_from_db()
    assert (taken.ticket, ticket.state, ticket.reopen_count) == (ticket, "resolved", 0)
    assert User.objects.get(email="petra@kunde.example").is_suspect
    assert Delivery.objects.get(pk=answered.pk).state == Delivery.State.BOUNCED


def test_28_an_absence_notice_is_filed_and_neither_reopens_nor_notifies(answered: Delivery, queue: Queue) -> None:
    agent = make_agent(queue)
    ticket = resolve(answered.event.ticket, solution="Neustart", by=agent, now=NOW)
    taken = receive(
        mail(answers=answered.message_id, subject="Abwesenheitsnotiz: Re: Drucker", Auto_Submitted="auto-replied")
    )
    tell(Event.objects.filter(kind=Event.Kind.RECEIVED).latest("pk"))

    ticket.refresh_from_db()
    assert (taken.ticket, taken.acknowledgement, ticket.state) == (ticket, None, "resolved")
    assert not Delivery.objects.filter(event__kind=Event.Kind.RECEIVED).exists()


def test_29_automatic_answers_to_one_address_are_few_whatever_its_headers_say(queue: Queue, settings: Any) -> None:
    settings.AUTO_REPLIES_PER_HOUR = 3
    answers = [receive(mail("robot@kunde.example", subject=f"Alarm {number}")).acknowledgement for number in range(10)]

    assert sum(answer is not None for answer in answers) == 3
    assert Ticket.objects.count() == 10


def test_30_our_own_mail_coming_back_is_ignored(queue: Queue, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Helpdesk <support@helpdesk.example>"
    own_id = message_ids.make(42)

    assert receive(mail("support@helpdesk.example")).outcome == "ignored"
    assert receive(mail(message_id=own_id)).outcome == "ignored"
    assert not Ticket.objects.exists()


def test_31_every_automatic_mail_says_so_and_comes_from_nobody(queue: Queue) -> None:
    ticket = receive(mail()).ticket
    agent, colleague = make_agent(queue), make_agent(queue)
    assign(ticket, to=agent, by=colleague, now=NOW)
    resolve(ticket, solution="Neustart", by=agent, now=NOW)
    for event in Event.objects.all():
        tell(event)

    automatic = Delivery.objects.filter(medium=Delivery.Medium.MAIL)
    assert {delivery.event.kind for delivery in automatic} >= {"acknowledged", "assigned", "resolved"}
    for delivery in automatic:
        built, envelope_sender, _ = build(delivery, write(delivery))
        sent = message_from_bytes(built.as_bytes(), EmailMessage, policy=policy.default)
        assert sent["Auto-Submitted"] in ("auto-generated", "auto-replied")
        assert sent["X-Auto-Response-Suppress"] == "All"
        assert envelope_sender == ""
        assert sent["List-Unsubscribe"] is None
