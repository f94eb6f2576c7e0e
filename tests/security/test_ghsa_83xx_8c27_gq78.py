"""An agent without access to a ticket does not answer there by mail."""

from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.factories import make_queue
from tests.security.identity import AGENT, PASSED, own_id
from tickets.models import Event, Ticket


def test_ghsa_83xx_8c27_gq78_an_agent_without_access_does_not_answer(agent: User, ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(queue=make_queue())
    taken = receive(mail(AGENT, answers=own_id(ticket), Authentication_Results=PASSED))

    assert (taken.outcome, taken.ticket.related_to, taken.acknowledgement) == ("created", ticket, None)
    assert not Event.objects.filter(ticket=ticket, kind=Event.Kind.REPLIED).exists()
