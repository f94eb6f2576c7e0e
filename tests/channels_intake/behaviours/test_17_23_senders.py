"""Behaviours 17 to 23 of an e-mail intake: who wrote."""

import pytest

from channels_intake.email.parse import to_envelope
from channels_intake.models import Arrival
from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.factories import make_agent, make_user
from tickets.models import Queue, Ticket


def sent(*headers: str) -> bytes:
    return "\r\n".join([*headers, "Message-ID: <x@kunde.example>", "Subject: x", "", "Text"]).encode()


@pytest.mark.parametrize(
    "headers",
    [
        ["From: <>, petra@kunde.example"],
        ["From: nobody at all", "Reply-To: petra@kunde.example"],
        ["From: ", "Sender: petra@kunde.example"],
        ["Return-Path: <petra@kunde.example>"],
        ["From: <>", "From: petra@kunde.example"],
    ],
)
def test_17_the_first_usable_address_is_the_sender(headers: list[str]) -> None:
    assert to_envelope(sent(*headers)).from_address == "petra@kunde.example"


@pytest.mark.parametrize(
    "written",
    [
        "Petra <petra @kunde.example>",
        "Petra <<petra@kunde.example>>",
        "Lang, Petra <petra@kunde.example>",
        "petra@kunde.example>",
    ],
)
def test_18_an_odd_address_makes_a_usable_customer(queue: Queue, written: str) -> None:
    taken = receive(sent(f"From: {written}"))

    assert taken.outcome == "created"
    assert taken.ticket.requester.email == "petra@kunde.example"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("petra@kunde.example (Petra Lang)", "Petra Lang"),
        ('"Lang, Petra | IT" <petra@kunde.example>', "Lang, Petra | IT"),
        ("=?utf-8?Q?J=C3=B6rg?= <petra@kunde.example>", "Jörg"),
        ('"=?utf-8?Q?J=C3=B6rg?=" <petra@kunde.example>', "Jörg"),
    ],
)
def test_19_names_are_read_in_every_style(written: str, name: str) -> None:
    envelope = to_envelope(sent(f"From: {written}"))

    assert (envelope.from_name, envelope.from_address) == (name, "petra@kunde.example")


@pytest.mark.parametrize("headers", [[], ["From: "], ["From: Petra"], ["From: <>"]])
def test_20_a_mail_without_address_is_refused_with_a_reason_and_kept(queue: Queue, headers: list[str]) -> None:
    taken = receive(sent(*headers))

    arrival = Arrival.objects.get()
    assert (taken.outcome, arrival.state) == ("rejected", "rejected")
    assert arrival.reason and arrival.raw
    assert not Ticket.objects.exists()


def test_21_addresses_are_compared_without_regard_to_case(queue: Queue) -> None:
    person = make_user(email="petra@kunde.example")
    taken = receive(mail("Petra <PETRA@Kunde.Example>"))

    assert taken.ticket.requester == person
    assert User.objects.filter(email__iexact="petra@kunde.example").count() == 1


def test_22_a_mail_to_very_many_creates_at_most_forty_people(queue: Queue) -> None:
    receive(mail(cc=", ".join(f"person{number}@kunde.example" for number in range(200))))

    assert User.objects.filter(email__endswith="@kunde.example").count() <= 40


def test_23_headers_from_outside_set_neither_priority_nor_state_nor_queue(queue: Queue) -> None:
    make_agent(queue, email="anna@helpdesk.example")
    plain = receive(mail("a@kunde.example")).ticket
    taken = receive(
        mail(
            "b@kunde.example",
            X_Helpdesk_Priority="critical",
            X_Helpdesk_Queue="second-level",
            X_Zammad_Ticket_Priority="3 high",
            X_Zammad_Ticket_State="closed",
            X_OTRS_Queue="Raw",
            X_Priority="1",
            Importance="high",
        )
    ).ticket

    assert (taken.priority, taken.state, taken.queue, taken.assignee) == (plain.priority, plain.state, queue, None)
