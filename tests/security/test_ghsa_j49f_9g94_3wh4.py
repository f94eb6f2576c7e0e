"""A stranger who knows a Message-ID joins no conversation, and nobody is told."""

from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.security.identity import own_id
from tickets.models import Message, Participant, Ticket


def test_ghsa_j49f_9g94_3wh4_a_stranger_with_the_right_reference_gets_a_ticket_apart(ticket: Ticket) -> None:
    before = Message.with_notes.filter(ticket=ticket).count()
    taken = receive(mail("mallory@evil.example", answers=own_id(ticket), subject=f"[{ticket.number}] hello"))

    assert (taken.outcome, taken.ticket.related_to, taken.answers) == ("created", ticket, ticket)
    assert taken.acknowledgement is None
    assert Message.with_notes.filter(ticket=ticket).count() == before
    assert not Participant.objects.filter(ticket=ticket).exists()
    mallory = User.objects.get(email="mallory@evil.example")
    assert not Ticket.objects.visible_to(mallory).filter(pk=ticket.pk).exists()
