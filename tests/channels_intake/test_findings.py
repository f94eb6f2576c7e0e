"""What agents are told of a mail, and whom an answer must not bring to light."""

from typing import Any

from notifications.models import Delivery
from notifications.telling import tell
from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.factories import NOW, make_agent, make_user
from tickets.models import Event, Participant, Queue
from tickets.operations.replying import reply


def test_a_sender_that_our_server_calls_forged_is_marked(queue: Queue, settings: Any) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.helpdesk.example"
    forged = receive(mail(Authentication_Results="mx.helpdesk.example; dmarc=fail header.from=kunde.example"))
    plain = receive(mail(Authentication_Results="mx.helpdesk.example; dmarc=pass header.from=kunde.example"))

    assert forged.message.notes == ["dmarc_fail"]
    assert plain.message.notes == []


def test_who_got_a_blind_copy_does_not_come_to_light_by_answering(queue: Queue) -> None:
    boss: User = make_user(email="boss@kunde.example")
    ticket = receive(mail()).ticket
    reply(ticket, text="Bitte neu starten.", by=make_agent(queue), now=NOW, bcc=["boss@kunde.example"])
    tell(Event.objects.get(kind=Event.Kind.REPLIED))
    copy = Delivery.objects.get(recipient=boss)
    taken = receive(mail("boss@kunde.example", answers=copy.message_id))

    assert copy.copy == Delivery.Copy.BCC
    assert (taken.outcome, taken.ticket.related_to) == ("created", ticket)
    assert not Participant.objects.filter(ticket=ticket, user=boss).exists()
