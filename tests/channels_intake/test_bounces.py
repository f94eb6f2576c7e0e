"""Mail of ours that came back."""

from pathlib import Path

import pytest

from notifications.models import Delivery
from notifications.resending import resend
from notifications.telling import tell
from people.models import User
from tests.channels_intake.mails import bounce, mail, receive
from tests.factories import NOW, make_agent, make_user
from tickets.models import Event, Message, Participant, Queue, Ticket
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


def test_whoever_wrote_what_came_back_is_told_once_a_bounce(answered: Delivery) -> None:
    notices = Delivery.objects.filter(medium=Delivery.Medium.INAPP, event=answered.event)

    receive(bounce(answered.message_id))

    assert list(notices.values_list("recipient", "state")) == [(answered.event.by_id, Delivery.State.SENT)]
    notices.update(state=Delivery.State.SEEN)
    receive(bounce(answered.message_id))  # the mail was not sent again meanwhile: no news
    assert list(notices.values_list("state", flat=True)) == [Delivery.State.SEEN]
    resend(Delivery.objects.get(pk=answered.pk), now=NOW)
    Delivery.objects.filter(pk=answered.pk).update(state=Delivery.State.SENT)
    receive(bounce(answered.message_id))
    assert list(notices.values_list("state", flat=True)) == [Delivery.State.SENT]


@pytest.mark.parametrize(
    ("subject", "action"),
    [
        ("Delivery delayed: will retry", ""),
        ("Delivery Status Notification (Delay)", ""),
        ("Warning: could not send message for past 4 hours", ""),
        ("Undelivered Mail Returned to Sender", "delayed"),
        ("Successful Mail Delivery Report", "delivered"),
        ("Mail delivery: relayed", "relayed"),
    ],
)
def test_a_report_that_it_is_late_or_arrived_blames_nobody(answered: Delivery, subject: str, action: str) -> None:
    taken = receive(bounce(answered.message_id, subject=subject, action=action))

    answered.refresh_from_db()
    assert taken.outcome == "appended"
    assert answered.state == Delivery.State.SENT
    assert not User.objects.get(email="petra@kunde.example").is_suspect
    assert not Delivery.objects.filter(medium=Delivery.Medium.INAPP).exists()


@pytest.mark.parametrize("subject", ["Unzustellbar: Verzögerte Lieferung", "Undeliverable: Delay in my delivery"])
@pytest.mark.parametrize("action", ["failed", ""])
def test_what_the_subject_itself_says_of_delays_excuses_nothing(answered: Delivery, subject: str, action: str) -> None:
    receive(bounce(answered.message_id, subject=subject, action=action))

    answered.refresh_from_db()
    assert answered.state == Delivery.State.BOUNCED


def test_only_the_mail_that_came_back_failed_not_those_it_answered(answered: Delivery, queue: Queue) -> None:
    ticket, colleague = answered.event.ticket, make_user("kollege@kunde.example")
    Participant.objects.create(ticket=ticket, user=colleague)
    reply(ticket, text="Und nun?", by=make_agent(queue), now=NOW)
    tell(Event.objects.filter(kind=Event.Kind.REPLIED).latest("pk"))
    copy = Delivery.objects.get(recipient=colleague)
    Delivery.objects.filter(state=Delivery.State.QUEUED).update(state=Delivery.State.SENT)

    receive(bounce(copy.message_id, recipient="kollege@kunde.example", references=answered.message_id))

    assert list(Delivery.objects.filter(state=Delivery.State.BOUNCED)) == [copy]
    assert list(User.objects.filter(is_suspect=True)) == [colleague]


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


def test_a_receipt_that_belongs_to_nothing_makes_no_ticket(queue: Queue) -> None:
    taken = receive((Path(__file__).parents[1] / "mail" / "read_receipt.eml").read_bytes())

    assert (taken.outcome, taken.ticket) == ("ignored", None)
