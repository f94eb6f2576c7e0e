"""Behaviours 37 to 43 of an e-mail intake: which ticket, proven how, for whom."""

from datetime import timedelta
from typing import Any

import pytest

from helpdesk.lib import message_ids
from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.factories import NOW, make_agent, make_queue
from tickets.models import Message, Queue, Ticket
from tickets.operations.replying import reply
from tickets.operations.resolution import close, resolve
from tickets.operations.voiding import void

OTHER = "Otto Other <otto@anders.example>"


@pytest.fixture
def ticket(queue: Queue) -> Ticket:
    return receive(mail(message_id="<first@kunde.example>")).ticket


@pytest.fixture
def answer(ticket: Ticket, queue: Queue) -> Message:
    """Give an agent's answer."""
    return reply(ticket, text="Bitte neu starten.", by=make_agent(queue), now=NOW)


def test_37_references_come_first_and_the_subject_last(ticket: Ticket, answer: Message) -> None:
    other = receive(mail(subject="Anderes")).ticket
    by_reference = receive(mail(answers=answer.message_id, subject=f"Re: [#{other.pk}]"))
    by_subject = receive(mail(subject=f"Re: Drucker [#{ticket.pk}]"))

    assert by_reference.ticket == by_subject.ticket == ticket


@pytest.mark.parametrize("way", ["reference", "own reference", "subject"])
def test_37_a_stranger_gets_a_ticket_of_their_own_that_is_linked(ticket: Ticket, answer: Message, way: str) -> None:
    given = {
        "reference": {"answers": answer.message_id},
        "own reference": {"answers": "<first@kunde.example>"},
        "subject": {"subject": f"Re: [#{ticket.pk}]"},
    }[way]
    taken = receive(mail(OTHER, **given))

    assert (taken.outcome, taken.ticket.related_to, taken.acknowledgement) == ("created", ticket, None)
    assert not ticket.participants.exists()


def test_38_a_message_id_of_ours_cannot_be_guessed(ticket: Ticket, answer: Message) -> None:
    inner = answer.message_id.strip("<>")
    number, random, rest = inner.split(".", 2)
    forged = [f"<{int(number) + 1}.{random}.{rest}>", f"<{number}.{'A' * 16}.{rest}>", f"<{number}@helpdesk.example>"]

    assert message_ids.read(inner) == ticket.pk
    assert [message_ids.read(one) for one in forged] == [None, None, None]
    assert message_ids.make(ticket.pk) != message_ids.make(ticket.pk)


def test_39_the_answers_of_people_in_cc_belong_to_the_ticket(queue: Queue) -> None:
    ticket = receive(mail(cc=OTHER, message_id="<cc@kunde.example>")).ticket
    taken = receive(mail(OTHER, answers="<cc@kunde.example>", text="Bei mir auch."))

    assert (taken.outcome, taken.ticket, taken.message.author.email) == ("appended", ticket, "otto@anders.example")


@pytest.mark.parametrize(
    ("results", "speaks_as_agent"),
    [
        ("", False),
        ("mx.helpdesk.example; dmarc=fail header.from=helpdesk.example", False),
        ("mx.evil.example; dmarc=pass header.from=helpdesk.example", False),
        ("mx.helpdesk.example; dmarc=pass header.from=helpdesk.example", True),
    ],
)
def test_40_from_alone_gives_no_power(
    queue: Queue, ticket: Ticket, answer: Message, settings: Any, results: str, speaks_as_agent: bool
) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.helpdesk.example"
    make_agent(queue, email="anna@helpdesk.example")
    headers = {"Authentication_Results": results} if results else {}
    taken = receive(
        mail("anna@helpdesk.example", answers=answer.message_id, text="Schicken Sie Ihr Passwort.", **headers)
    )

    assert (taken.role == "agent") == speaks_as_agent
    assert Message.objects.filter(ticket=ticket, author__email="anna@helpdesk.example").exists() == speaks_as_agent


def test_41_a_ticket_s_own_address_cannot_be_guessed_and_lets_no_stranger_in(ticket: Ticket) -> None:
    token = message_ids.address_token(ticket.pk)
    number, _, mac = token.partition(".")

    assert message_ids.read_address_token(token) == ticket.pk
    assert message_ids.read_address_token(f"{int(number) + 1}.{mac}") is None
    stranger = receive(mail(OTHER, to=f"support+{token}@helpdesk.example", subject="Confirm your account"))
    assert (stranger.outcome, stranger.ticket.related_to) == ("created", ticket)
    assert "Confirm" not in "".join(ticket.messages.values_list("text", flat=True))


def test_41_a_requester_s_answer_to_the_ticket_s_own_address_finds_it(ticket: Ticket) -> None:
    token = message_ids.address_token(ticket.pk)
    taken = receive(mail(to=f"support+{token}@helpdesk.example", subject="ganz anderer Betreff"))

    assert (taken.outcome, taken.ticket) == ("appended", ticket)


def test_42_of_several_tickets_the_newer_wins_and_foreign_tokens_are_skipped(queue: Queue, ticket: Ticket) -> None:
    newer = receive(mail(subject="Neuer")).ticket
    foreign = receive(mail(OTHER, subject="Fremd")).ticket
    taken = receive(mail(subject=f"Re: [#{ticket.pk}] [#{newer.pk}] [#{foreign.pk}]"))

    assert taken.ticket == newer


def test_42_a_merged_ticket_leads_to_its_target(queue: Queue, ticket: Ticket) -> None:
    target = receive(mail(subject="Ziel")).ticket
    void(ticket, reason=Ticket.VoidReason.MERGED, merged_into=target, by=make_agent(queue), now=NOW)

    assert receive(mail(subject=f"Re: [#{ticket.pk}]")).ticket == target


@pytest.mark.parametrize(("days", "reopens"), [(1, True), (60, False)])
def test_42_a_closed_ticket_reopens_within_the_window_and_spawns_later(
    queue: Queue, ticket: Ticket, days: int, reopens: bool
) -> None:
    resolve(ticket, solution="Neustart", by=make_agent(queue), now=NOW)
    close(ticket, by=None, now=NOW)
    taken = receive(mail(subject=f"Re: [#{ticket.pk}]"), now=NOW + timedelta(days=days))

    ticket.refresh_from_db()
    assert (taken.ticket == ticket, ticket.state == "open") == (reopens, reopens)
    assert reopens or taken.ticket.related_to == ticket


@pytest.mark.parametrize("shape", ["x[#{}]x", "IBAN DE89[#{}]44", "#{}", "[# {}]", "[#{}x]"])
def test_43_a_token_inside_another_word_is_none(ticket: Ticket, shape: str) -> None:
    taken = receive(mail(subject=shape.format(ticket.pk)))

    assert (taken.outcome, taken.ticket == ticket) == ("created", False)


def test_43_a_token_in_an_html_attribute_is_none(ticket: Ticket) -> None:
    page = f'<p title="[#{ticket.pk}]">Neu</p><a href="https://x.example/[#{ticket.pk}]">x</a>'
    raw = (
        mail(OTHER)
        .replace(b"Content-Type: text/plain", b"Content-Type: text/html")
        .replace(b"Guten Tag", page.encode())
    )

    assert receive(raw).ticket.related_to is None


def test_43_strangers_are_not_made_people_of_the_ticket_by_a_guessed_number(ticket: Ticket) -> None:
    receive(mail(OTHER, subject=f"[#{ticket.pk}]"))
    person = User.objects.get(email="otto@anders.example")

    assert not Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()


def test_38_a_queue_of_another_helpdesk_s_numbers_is_not_ours(queue: Queue) -> None:
    make_queue()
    taken = receive(mail(subject="Re: Ihr Auftrag [#99999999]"))

    assert (taken.outcome, taken.ticket.related_to) == ("created", None)
