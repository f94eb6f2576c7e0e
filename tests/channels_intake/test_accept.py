"""Taking messages in: whose, where to, and once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from channels_intake.accept import accept
from channels_intake.email import arriving
from channels_intake.email.parse import to_envelope
from channels_intake.models import Arrival, Mailbox
from helpdesk.lib import message_ids
from notifications.headers import loop_mark
from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.factories import NOW, make_agent, make_queue, make_user
from tickets.models import Event, Message, Queue, Ticket
from tickets.operations.replying import reply
from tickets.operations.resolution import close, resolve
from tickets.operations.voiding import void


def test_a_mail_becomes_a_ticket_with_requester_message_and_acknowledgement(queue: Queue) -> None:
    taken = receive(mail(subject="VPN", text="Mein VPN geht nicht."))

    assert taken.outcome == "created"
    ticket = Ticket.objects.get()
    first, confirmation = ticket.messages.order_by("pk")
    assert (ticket.subject, ticket.requester.email, ticket.requester.name) == (
        "VPN",
        "petra@kunde.example",
        "Petra Person",
    )
    assert (first.text, first.kind, first.author) == ("Mein VPN geht nicht.", "customer", ticket.requester)
    assert (confirmation.kind, confirmation.is_from_staff, confirmation.auto_generated) == ("system", True, True)
    assert message_ids.read(confirmation.message_id) == ticket.pk
    assert ticket.first_response_at is None
    assert list(ticket.events.values_list("kind", flat=True)) == ["opened", "acknowledged"]
    assert Arrival.objects.get().ticket == ticket


def test_the_acknowledgement_repeats_nothing_the_sender_wrote(queue: Queue) -> None:
    taken = receive(mail(subject="Buy at http://evil.example", text="Click http://evil.example now"))

    assert taken.acknowledgement is not None
    assert "evil" not in taken.acknowledgement.text
    assert f"#{taken.ticket.pk}" in taken.acknowledgement.text


def test_an_english_request_is_acknowledged_in_english(queue: Queue) -> None:
    taken = receive(mail(text="Hello, my laptop does not start since this morning. Could you please help?"))

    assert taken.ticket.language == "en"
    assert "received" in taken.acknowledgement.text


def test_the_same_mail_again_changes_nothing(queue: Queue) -> None:
    raw = mail()
    first = receive(raw)

    envelope = to_envelope(raw)
    again = accept(envelope, now=NOW)

    assert (again.outcome, again.ticket, again.duplicate_of.ticket) == ("ignored", first.ticket, first.ticket)
    assert Ticket.objects.count() == 1
    assert Arrival.objects.count() == 1


def test_another_senders_mail_with_the_same_message_id_is_not_taken_for_a_repetition(queue: Queue) -> None:
    receive(mail("mallory@evil.example", message_id="<same@x.example>"))
    taken = receive(mail("petra@kunde.example", message_id="<same@x.example>"))

    assert taken.outcome == "created"


def test_a_mail_without_message_id_is_known_by_its_bytes(queue: Queue) -> None:
    raw = mail(message_id="")
    receive(raw)

    assert arriving.store(raw, now=NOW).is_new is False
    assert arriving.store(raw + b"\r\nmore", now=NOW).is_new is True


def test_one_mail_to_two_mailboxes_is_one_ticket_with_a_note(queue: Queue) -> None:
    support = Mailbox.objects.create(name="Support", address="support@helpdesk.example")
    sales = Mailbox.objects.create(name="Sales", address="sales@helpdesk.example")
    raw = mail(to="support@helpdesk.example, sales@helpdesk.example")
    first = receive(raw, mailbox=support)
    second = receive(raw, mailbox=sales)

    assert (second.outcome, second.ticket) == ("ignored", first.ticket)
    assert Ticket.objects.count() == 1
    note = Message.with_notes.get(kind=Message.Kind.NOTE)
    assert "sales@helpdesk.example" in note.text


def test_the_mailbox_chooses_queue_and_language(queue: Queue) -> None:
    hr = make_queue()
    box = Mailbox.objects.create(name="HR", address="hr@helpdesk.example", queue=hr, language="en")
    taken = receive(mail(subject="?", text="?"), mailbox=box)

    assert (taken.ticket.queue, taken.ticket.language) == (hr, "en")


def test_people_in_cc_take_part_and_their_answers_belong_to_the_ticket(queue: Queue) -> None:
    first = receive(
        mail(cc="Karl Kollege <karl@kunde.example>, support@helpdesk.example", message_id="<one@kunde.example>")
    )
    second = receive(mail("karl@kunde.example", answers="<one@kunde.example>"))

    assert [p.user.email for p in first.ticket.participants.all()] == ["karl@kunde.example"]
    assert (second.outcome, second.ticket) == ("appended", first.ticket)


def test_a_mail_with_very_many_recipients_makes_at_most_forty_people(queue: Queue) -> None:
    receive(mail(cc=", ".join(f"p{number}@kunde.example" for number in range(120))))

    assert User.objects.count() == 40


def test_a_robot_brings_nobody_in_and_gets_no_acknowledgement(queue: Queue) -> None:
    taken = receive(mail(cc="karl@kunde.example", Auto_Submitted="auto-generated"))

    assert (taken.outcome, taken.acknowledgement, taken.role) == ("created", None, "system")
    assert User.objects.count() == 1


def test_a_mail_without_sender_is_refused_with_a_reason_and_kept(queue: Queue) -> None:
    taken = receive(b"Subject: who am I\r\n\r\nHello\r\n")

    assert (taken.outcome, taken.reason) == ("rejected", "There is no address of a sender.")
    arrival = Arrival.objects.get()
    assert arrival.state == Arrival.State.REJECTED
    assert bytes(arrival.raw).startswith(b"Subject: who")


def test_a_blocked_sender_is_refused(queue: Queue) -> None:
    make_user("petra@kunde.example", is_active=False)

    assert receive(mail()).outcome == "rejected"
    assert Ticket.objects.count() == 0


def test_a_reply_by_subject_token_of_the_requester_is_added(queue: Queue) -> None:
    first = receive(mail())
    second = receive(mail(subject=f"AW: [{first.ticket.number}] Der Drucker"))

    assert (second.outcome, second.ticket) == ("appended", first.ticket)


@pytest.mark.parametrize("subject", ["x[#{n}]", "[#{n}]y", "#{n}", "[# {n}]", "[#{n}0]", "IBAN [#{n}]77"])
def test_what_only_looks_like_a_token_is_none(queue: Queue, subject: str) -> None:
    first = receive(mail())
    second = receive(mail(subject=subject.format(n=first.ticket.pk)))

    assert (second.outcome, second.answers) == ("created", None)


def test_of_several_tickets_the_newest_the_sender_has_part_in_wins(queue: Queue) -> None:
    old, new = receive(mail()), receive(mail())
    foreign = receive(mail("other@kunde.example"))
    tokens = " ".join(f"[{one.ticket.number}]" for one in (old, new, foreign))

    assert receive(mail(subject=tokens)).ticket == new.ticket


def test_an_answer_wakes_a_waiting_ticket_and_reopens_a_resolved_one(queue: Queue) -> None:
    first = receive(mail())
    resolve(first.ticket, solution="Papier nachgelegt", by=make_agent(queue), now=NOW)
    second = receive(mail(answers=first.acknowledgement.message_id, text="Es geht immer noch nicht."))

    assert second.outcome == "appended"
    first.ticket.refresh_from_db()
    assert (first.ticket.state, first.ticket.reopen_count) == ("open", 1)


def test_an_absence_notice_is_filed_and_changes_no_state(queue: Queue) -> None:
    first = receive(mail())
    resolve(first.ticket, solution="Papier nachgelegt", by=make_agent(queue), now=NOW)
    second = receive(
        mail(
            answers=first.acknowledgement.message_id,
            subject="Automatische Antwort: Drucker",
            Auto_Submitted="auto-replied",
        )
    )

    assert (second.outcome, second.acknowledgement) == ("appended", None)
    first.ticket.refresh_from_db()
    assert first.ticket.state == "resolved"
    assert receive(mail(Auto_Submitted="auto-replied")).outcome == "ignored"


def test_an_absence_notice_never_makes_a_ticket_not_even_late_or_from_a_stranger(queue: Queue) -> None:
    first = receive(mail())
    answers = first.acknowledgement.message_id
    stranger = receive(mail("vertretung@kunde.example", answers=answers, subject="Abwesenheitsnotiz"))
    close(resolve(first.ticket, solution="Papier", by=make_agent(queue), now=NOW), by=None, now=NOW)
    late = receive(mail(answers=answers, Auto_Submitted="auto-replied"), now=NOW + timedelta(days=15))

    assert [(one.outcome, one.ticket, one.answers) for one in (stranger, late)] == [("ignored", None, first.ticket)] * 2
    assert Ticket.objects.count() == 1


def test_a_late_answer_to_a_closed_ticket_opens_a_linked_one(queue: Queue) -> None:
    first = receive(mail())
    resolve(first.ticket, solution="Papier", by=make_agent(queue), now=NOW)
    close(first.ticket, by=None, now=NOW)
    in_time = receive(mail(answers=first.acknowledgement.message_id), now=NOW + timedelta(days=13))
    close(resolve(first.ticket, solution="Papier", by=make_agent(queue), now=NOW), by=None, now=NOW)
    too_late = receive(mail(answers=first.acknowledgement.message_id), now=NOW + timedelta(days=15))

    assert in_time.outcome == "appended"
    assert (too_late.outcome, too_late.ticket.related_to) == ("created", first.ticket)
    assert too_late.acknowledgement is not None


def test_an_answer_to_a_merged_ticket_reaches_the_one_that_lives(queue: Queue) -> None:
    first, second = receive(mail()), receive(mail())
    Ticket.objects.filter(pk=first.ticket.pk).update(merged_into=second.ticket, state="void", void_reason="merged")
    taken = receive(mail(answers=first.acknowledgement.message_id))

    assert (taken.outcome, taken.ticket) == ("appended", second.ticket)


def test_an_answer_to_spam_becomes_a_ticket_without_acknowledgement(queue: Queue) -> None:
    first = receive(mail())
    void(first.ticket, reason=Ticket.VoidReason.SPAM, by=make_agent(queue), now=NOW)
    taken = receive(mail(answers=first.acknowledgement.message_id))

    assert (taken.outcome, taken.ticket.related_to, taken.acknowledgement) == ("created", first.ticket, None)


def test_own_mail_that_comes_back_is_ignored(queue: Queue) -> None:
    Mailbox.objects.create(name="Sales", address="sales@helpdesk.example")
    first = receive(mail())

    assert receive(mail(message_id=first.acknowledgement.message_id)).outcome == "ignored"
    assert receive(mail("Support <support@helpdesk.example>")).outcome == "ignored"
    assert receive(mail("SALES@helpdesk.example")).outcome == "ignored"
    assert receive(mail(X_Helpdesk_Loop=loop_mark(first.acknowledgement.message_id))).outcome == "ignored"
    assert Ticket.objects.count() == 1


def test_an_agent_is_the_requester_of_an_own_request(queue: Queue) -> None:
    agent = make_agent(queue, email="anna@helpdesk.example")
    taken = receive(mail("anna@helpdesk.example"))

    assert (taken.outcome, taken.role, taken.ticket.requester) == ("created", "customer", agent)


@pytest.mark.django_db(transaction=True)
def test_the_same_mail_fifty_times_at_once_is_one_ticket() -> None:
    make_queue(is_default=True)
    boxes = [None, *(Mailbox.objects.create(name=str(n), address=f"box{n}@helpdesk.example") for n in range(3))]
    raw = mail()

    def take(number: int) -> str:
        try:
            stored = arriving.store(raw, now=NOW, mailbox=boxes[number % len(boxes)])
            taken = arriving.process(stored.arrival.pk, now=NOW)
            return taken.outcome if taken else ""
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(take, range(50)))

    assert Ticket.objects.count() == 1
    assert outcomes.count("created") == 1
    assert Message.objects.filter(kind=Message.Kind.CUSTOMER).count() == 1
    assert Event.objects.filter(kind=Event.Kind.OPENED).count() == 1
    assert Arrival.objects.count() == 4
    assert not Arrival.objects.filter(state=Arrival.State.STORED).exists()


def test_a_reply_of_an_agent_is_answered_by_the_customer_in_the_same_ticket(queue: Queue) -> None:
    first = receive(mail())
    answer = reply(first.ticket, text="Bitte einmal neu starten.", by=make_agent(queue), now=NOW)
    second = receive(mail(answers="<gone@elsewhere.example>", references=f"<x@y.example>\r\n {answer.message_id}"))

    assert (second.outcome, second.ticket) == ("appended", first.ticket)
