"""A forged From and thread reference do not speak as an agent (FreeScout read the agent from In-Reply-To)."""

from notifications.models import Delivery
from notifications.telling import tell
from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.factories import NOW, make_agent
from tests.security.identity import AGENT, PASSED, own_id
from tickets.models import Event, Message, Ticket
from tickets.operations.assigning import assign


def test_cve_2026_47123_a_forged_from_does_not_speak_as_an_agent(agent: User, ticket: Ticket) -> None:
    taken = receive(mail(AGENT, answers=own_id(ticket), text="Please send your password to evil@example.org"))

    assert (taken.outcome, taken.role, taken.ticket.related_to) == ("created", "customer", ticket)
    assert taken.acknowledgement is None
    assert not Message.objects.filter(ticket=ticket, is_from_staff=True, kind="reply").exists()
    assert not Event.objects.filter(ticket=ticket, kind=Event.Kind.REPLIED).exists()


def test_an_agent_whom_our_own_server_vouches_for_answers_by_mail(agent: User, ticket: Ticket) -> None:
    taken = receive(mail(AGENT, answers=own_id(ticket), text="Bitte neu starten.", Authentication_Results=PASSED))

    assert (taken.outcome, taken.role, taken.ticket) == ("appended", "agent", ticket)
    assert (taken.message.kind, taken.message.author, taken.message.text) == ("reply", agent, "Bitte neu starten.")


def test_an_agents_answer_to_what_only_staff_was_told_stays_inside(agent: User, ticket: Ticket) -> None:
    assign(ticket, to=agent, by=make_agent(ticket.queue), now=NOW)
    tell(Event.objects.get(kind=Event.Kind.ASSIGNED))
    notice = Delivery.objects.get(recipient=agent, medium="mail").message_id
    taken = receive(
        mail(AGENT, answers=notice, text="The customer is a pain, I take it.", Authentication_Results=PASSED)
    )

    assert (taken.outcome, taken.role, taken.message.kind) == ("appended", "agent", "note")
    assert not ticket.messages.filter(pk=taken.message.pk).exists()
