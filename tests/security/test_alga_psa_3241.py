"""Forged thread headers add no comment, no watcher, and reopen nothing."""

from tests.channels_intake.mails import mail, receive
from tests.factories import NOW, make_agent
from tests.security.identity import own_id
from tickets.models import Participant, Queue, Ticket
from tickets.operations.resolution import resolve


def test_alga_psa_3241_an_answer_adds_no_watcher_and_a_stranger_reopens_nothing(ticket: Ticket, queue: Queue) -> None:
    receive(mail(answers=own_id(ticket), cc="mallory@evil.example"))
    assert not Participant.objects.filter(ticket=ticket).exists()

    resolve(ticket, solution="Papier", by=make_agent(queue), now=NOW)
    receive(mail("mallory@evil.example", answers=own_id(ticket)))
    ticket.refresh_from_db()
    assert ticket.state == "resolved"
