"""Mail of ours that came back."""

import pytest

from notifications.models import Delivery
from notifications.telling import tell
from people.models import User
from tests.channels_intake.mails import bounce, mail, receive
from tests.factories import NOW, make_agent
from tickets.models import Event, Message, Queue, Ticket
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve


@pytest.fixture
def answered(queue: Queue) -> Delivery:
    """Give the sent mail with an agent's answer."""
    ticket = receive(mail()).ticket
    reply(ticket, text="Bitte neu starten.", by=make_agent(queue), now=NOW)
    tell(Event.objects.get(kind=Event.Kind.REPLIED))
    delivery = Delivery.objects.get(event__kind=Event.Kind.REPLIED)
    Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.SENT)
    return delivery


def test_a_bounce_is_filed_for_staff_marks_the_delivery_and_the_person(answered: Delivery) -> None:
    ticket = answered.event.ticket
    taken = receive(bounce(answered.message_id))

    answered.refresh_from_db()
    assert (taken.outcome, taken.ticket, taken.role) == ("appended", ticket, "system")
    assert answered.state == Delivery.State.BOUNCED
    assert User.objects.get(email="petra@kunde.example").is_suspect
    assert taken.message.kind == Message.Kind.NOTE
    assert not ticket.messages.filter(pk=taken.message.pk).exists()
    assert not User.objects.filter(email__startswith="mailer-daemon").exists()


def test_a_bounce_changes_no_state(answered: Delivery, queue: Queue) -> None:
    ticket = resolve(answered.event.ticket, solution="Neustart", by=make_agent(queue), now=NOW)
    receive(bounce(answered.message_id))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.reopen_count) == ("resolved", 0)


def test_a_warning_that_it_takes_longer_blames_nobody(answered: Delivery) -> None:
    taken = receive(bounce(answered.message_id, subject="Delivery delayed: will retry"))

    answered.refresh_from_db()
    assert taken.outcome == "appended"
    assert answered.state == Delivery.State.SENT
    assert not User.objects.get(email="petra@kunde.example").is_suspect


def test_a_bounce_with_a_forged_message_id_has_no_effect(answered: Delivery) -> None:
    number, _, rest = answered.message_id.strip("<>").partition(".")
    taken = receive(bounce(f"<{number}.{'A' * 16}{rest[16:]}>"))

    answered.refresh_from_db()
    assert (taken.outcome, taken.ticket) == ("ignored", None)
    assert answered.state == Delivery.State.SENT
    assert not User.objects.get(email="petra@kunde.example").is_suspect
    assert Ticket.objects.count() == 1


def test_whoever_bounced_gets_no_acknowledgement_any_more(answered: Delivery) -> None:
    receive(bounce(answered.message_id))

    assert receive(mail()).acknowledgement is None
