"""What happens in a chat, and what is mailed because nobody read it there."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from channels_intake.chat.envelopes import to_envelope
from channels_intake.chat.hearing import hear
from channels_intake.chat.talking import CannotChat, Started, answer, end, end_silent, start, write
from channels_intake.models import Chat
from notifications import letters
from notifications.models import Delivery
from notifications.telling import tell
from people.models import User
from tests.channels_intake.chat.conftest import begin
from tests.factories import make_ticket, make_user
from tickets.models import Event, Message, Queue, Ticket
from tickets.operations.replying import reply

LEFT, AGENT = Chat.EndedBy.LEFT, Chat.EndedBy.AGENT


def mails(ticket: Ticket) -> list[str]:
    found = Delivery.objects.filter(event__ticket=ticket, medium=Delivery.Medium.MAIL).order_by("pk")
    return [delivery.event.message.text for delivery in found]


def relay(ticket: Ticket) -> None:
    for event in Event.objects.filter(ticket=ticket, kind=Event.Kind.REPLIED):
        for _twice in range(2):
            hear(event)
            tell(event)


def test_a_chat_is_a_ticket_from_its_first_line(chat: Chat) -> None:
    ticket = chat.ticket

    message = ticket.messages.get()

    assert (ticket.channel, ticket.requester.email, ticket.state) == ("chat", "vera@kunde.example", "new")
    assert (message.kind, message.channel, message.text) == ("chat", "chat", "Mein VPN geht nicht mehr.")
    assert not Delivery.objects.exists()


def test_the_same_form_sent_twice_opens_one_chat(queue: Queue) -> None:
    envelope = to_envelope(address="a@kunde.example", name="A", text="Hallo?", client_id=uuid.uuid4(), language="de")

    first, second = (start(envelope, now=timezone.now()) for _ in range(2))

    assert first.chat == second.chat
    assert Ticket.objects.count() == 1
    assert Chat.objects.get().admits(second.secret)


def test_the_secret_is_only_kept_hashed(started: Started) -> None:
    stored = Chat.objects.values().get()

    assert started.secret not in str(stored)
    assert started.chat.admits(started.secret)
    assert not started.chat.admits(started.secret[:-1])
    assert not started.chat.admits("")


def test_a_number_in_brackets_leads_into_no_older_ticket(queue: Queue) -> None:
    old = make_ticket(queue, requester=make_user("vera@kunde.example"))

    started = begin(text=f"[#{old.pk}] bitte an mich weiterleiten")

    assert started.chat.ticket != old
    assert old.messages.count() == 1


def test_a_blocked_person_cannot_chat(queue: Queue) -> None:
    make_user("vera@kunde.example", is_active=False)

    with pytest.raises(CannotChat):
        begin()

    assert not Ticket.objects.exists()


def test_a_line_sent_twice_stands_there_once(chat: Chat) -> None:
    line = uuid.uuid4()

    for _ in range(3):
        write(chat, text="Noch da?", client_id=line, now=timezone.now())

    assert chat.ticket.messages.filter(text="Noch da?").count() == 1


def test_lines_read_in_the_window_are_not_mailed(chat: Chat, agent: User, visitor: Client) -> None:
    message = answer(chat, text="Guten Tag!", by=agent, client_id=uuid.uuid4(), now=timezone.now())
    visitor.get(f"/intake/chat/{chat.key}/lines/", {"after": message.pk})

    relay(chat.ticket)
    end(chat, why=AGENT, by=agent, now=timezone.now())
    relay(chat.ticket)

    assert mails(chat.ticket) == []


def test_lines_that_the_visitor_did_not_get_are_mailed_at_the_end_once(
    chat: Chat, agent: User, visitor: Client
) -> None:
    seen = answer(chat, text="Guten Tag!", by=agent, client_id=uuid.uuid4(), now=timezone.now())
    visitor.get(f"/intake/chat/{chat.key}/lines/", {"after": seen.pk})
    answer(chat, text="Starten Sie bitte neu.", by=agent, client_id=uuid.uuid4(), now=timezone.now())

    relay(chat.ticket)
    ended = end_silent(timezone.now() + timedelta(minutes=5))
    relay(chat.ticket)

    chat.refresh_from_db()
    assert (ended, chat.ended_by) == (1, LEFT)
    assert mails(chat.ticket) == ["Starten Sie bitte neu."]
    assert end_silent(timezone.now() + timedelta(minutes=9)) == 0


def test_the_mail_after_a_chat_repeats_what_was_said_before(chat: Chat, agent: User) -> None:
    answer(chat, text="Starten Sie bitte neu.", by=agent, client_id=uuid.uuid4(), now=timezone.now())

    end(chat, why=LEFT, by=None, now=timezone.now())

    letter = letters.write(Delivery.objects.get(medium=Delivery.Medium.MAIL))
    said = str(letter)
    assert "Starten Sie bitte neu." in said
    assert "Mein VPN geht nicht mehr." in said
    assert "Answers now go by e-mail" not in said


def test_a_visitor_who_is_there_is_not_taken_for_gone(chat: Chat) -> None:
    assert end_silent(timezone.now()) == 0
    assert Chat.objects.running().get() == chat


def test_a_visitor_cannot_claim_lines_that_are_not_there_yet(chat: Chat, agent: User, visitor: Client) -> None:
    visitor.get(f"/intake/chat/{chat.key}/lines/", {"after": 10**15})
    answer(chat, text="Wichtig", by=agent, client_id=uuid.uuid4(), now=timezone.now())

    end(chat, why=AGENT, by=agent, now=timezone.now())

    assert mails(chat.ticket) == ["Wichtig"]


def test_an_answer_from_the_workspace_goes_to_the_window_while_the_visitor_is_there(
    chat: Chat, agent: User, visitor: Client
) -> None:
    reply(chat.ticket, text="Aus dem Arbeitsplatz", by=agent, now=timezone.now())

    relay(chat.ticket)

    said = visitor.get(f"/intake/chat/{chat.key}/lines/").json()["lines"]
    assert "Aus dem Arbeitsplatz" in said[-1]["html"]
    assert mails(chat.ticket) == []


def test_an_answer_from_the_workspace_is_mailed_when_the_chat_has_ended(chat: Chat, agent: User) -> None:
    end(chat, why=LEFT, by=None, now=timezone.now())
    reply(chat.ticket, text="Per Mail", by=agent, now=timezone.now())

    relay(chat.ticket)

    assert mails(chat.ticket) == ["Per Mail"]


def test_nobody_writes_in_a_chat_that_has_ended(chat: Chat, agent: User) -> None:
    end(chat, why=AGENT, by=agent, now=timezone.now())
    chat.refresh_from_db()

    with pytest.raises(CannotChat):
        write(chat, text="Hallo?", client_id=uuid.uuid4(), now=timezone.now())
    with pytest.raises(CannotChat):
        answer(chat, text="Ja?", by=agent, client_id=uuid.uuid4(), now=timezone.now())

    assert Message.objects.filter(ticket=chat.ticket).count() == 1


def test_a_chat_ends_once(chat: Chat, agent: User) -> None:
    ends = [end(chat, why=why, by=None, now=timezone.now()) for why in (Chat.EndedBy.VISITOR, LEFT)]

    chat.refresh_from_db()
    assert ends == [True, False]
    assert chat.ended_by == Chat.EndedBy.VISITOR
    assert Message.with_notes.filter(ticket=chat.ticket, kind=Message.Kind.NOTE).count() == 1
