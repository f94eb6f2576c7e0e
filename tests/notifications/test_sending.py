"""Mails really leave, once, and again only with the same Message-ID."""

import socket
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext
from pytest_django import Settings

from notifications import sending, telling
from notifications.models import Delivery
from notifications.notices import say
from notifications.queries import oldest_due
from tests.factories import NOW, make_agent, make_queue, make_ticket, make_user
from tests.notifications.conftest import Mailman
from tickets import relay
from tickets.models import Ticket
from tickets.operations.replying import reply

pytestmark = pytest.mark.django_db


def answered(text: str = "Bitte starten Sie den Rechner neu.", **fields: Any) -> Delivery:
    """Answer a request and tell whom it concerns."""
    queue = make_queue()
    ticket = make_ticket(queue, message_id="abc.1@kunde.example", **fields)
    message = reply(ticket, text=text, by=make_agent(queue, name="Nadia Yildiz"), now=NOW)
    tell_all()
    return Delivery.objects.get(message_id=message.message_id)


def tell_all() -> None:
    """Relay what has happened."""
    relay.relay_due(timezone.now() + timedelta(days=400))


def send(later: timedelta = timedelta()) -> int:
    """Send what is due, now or later."""
    return sending.send_due(timezone.now() + later)


def test_an_answer_leaves_with_the_message_id_it_was_stored_with(post: Mailman) -> None:
    delivery = answered()

    assert send() == 1

    delivery.refresh_from_db()
    assert [mail["Message-ID"] for mail in post.mails] == [delivery.event.message.message_id]
    assert (delivery.state, delivery.answer, delivery.tries) == ("sent", "250 2.0.0 Ok: queued as 4XyZ", 1)
    assert delivery.sent_at is not None
    assert (delivery.lease_until, delivery.next_try_at) == (None, None)


def test_what_was_sent_is_not_sent_again(post: Mailman) -> None:
    answered()
    send()

    assert send(timedelta(days=3)) == 0
    assert len(post.mails) == 1


def test_several_mails_share_a_connection(post: Mailman) -> None:
    for _ in range(3):
        answered()

    assert send() == 3
    assert post.connections == 1


def test_after_a_connection_lost_behind_data_the_same_message_id_goes_out_again(post: Mailman) -> None:
    delivery = answered()
    post.answers = ["drop"]

    assert send() == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("queued", 1)
    assert delivery.error
    assert send(timedelta(hours=1)) == 1

    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert [mail["Message-ID"] for mail in post.mails] == [delivery.message_id] * 2
    assert post.mails[0]["Date"] == post.mails[1]["Date"]


def test_one_mail_whose_connection_is_lost_does_not_hold_up_the_next(post: Mailman) -> None:
    answered()
    answered()
    post.answers = ["drop"]

    assert send() == 1


def test_a_mail_whose_sender_died_between_sending_and_marking_goes_out_when_the_lease_ran_out(post: Mailman) -> None:
    delivery = answered()
    claimed = sending._claim(timezone.now())
    assert claimed == delivery

    assert send() == 0
    assert send(sending.LEASE + timedelta(seconds=1)) == 1

    assert [mail["Message-ID"] for mail in post.mails] == [delivery.message_id]


def test_a_sender_that_comes_back_late_overwrites_nothing(post: Mailman) -> None:
    answered()
    slow = sending._claim(timezone.now())
    assert slow is not None
    send(sending.LEASE + timedelta(seconds=1))

    sending._retry(slow, OSError("timed out"), timezone.now())

    slow.refresh_from_db()
    assert (slow.state, slow.error) == ("sent", "")


def test_a_refused_recipient_fails_at_once_and_says_why(post: Mailman) -> None:
    delivery = answered()
    post.refusals[delivery.address] = "550 5.1.1 No such user"

    assert send() == 0

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error, delivery.next_try_at) == ("failed", "550 5.1.1 No such user", None)


@pytest.mark.parametrize("answer", ["451 4.3.0 Try again later", "421 4.7.0 Too busy", "452 4.2.2 Mailbox full"])
def test_a_temporary_refusal_is_tried_again_ever_more_seldom(post: Mailman, answer: str) -> None:
    delivery = answered()
    post.answers = [answer, answer]
    began = timezone.now()

    sending.send_due(began)
    delivery.refresh_from_db()
    first = delivery.next_try_at
    sending.send_due(first)
    delivery.refresh_from_db()

    assert delivery.state == "queued"
    assert answer[:3] in delivery.error
    assert delivery.next_try_at - first == 2 * (first - began)


def test_after_two_days_of_temporary_refusals_the_mail_fails(post: Mailman) -> None:
    delivery = answered()
    post.answers = ["451 4.3.0 Try again later"]

    send(timedelta(days=2))

    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_a_refused_content_fails(post: Mailman) -> None:
    delivery = answered()
    post.answers = ["554 5.7.1 Rejected as spam"]

    send()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("failed", "554 5.7.1 Rejected as spam")


def test_without_a_server_everything_waits_and_one_mail_is_enough_to_notice(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "notifications.smtp.Backend"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", nobody.getsockname()[1], False
        answered()
        answered()

        assert send() == 0

    assert list(Delivery.objects.order_by("pk").values_list("state", "tries")) == [("queued", 1), ("queued", 0)]


def test_an_address_no_mail_can_go_to_fails_without_a_connection(post: Mailman) -> None:
    delivery = answered(requester=make_user("petra person@kunde.example"))

    send()

    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert "petra person@kunde.example" in delivery.error
    assert post.mails == []


@pytest.mark.django_db(transaction=True)
def test_senders_at_the_same_time_send_each_mail_once(post: Mailman) -> None:
    deliveries = {answered().message_id for _ in range(8)}

    def work(now: datetime) -> None:
        sending.send_due(now)
        connection.close()

    threads = [Thread(target=work, args=[timezone.now()]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(str(mail["Message-ID"]) for mail in post.mails) == sorted(deliveries)


def test_what_a_sender_asks_the_database_does_not_grow_with_the_messages(
    post: Mailman, django_assert_max_num_queries: Any
) -> None:
    queue = make_queue()
    ticket, agent = make_ticket(queue), make_agent(queue)
    for number in range(6):
        reply(Ticket.objects.get(pk=ticket.pk), text=f"Antwort {number}", by=agent, now=NOW)
    tell_all()
    Delivery.objects.exclude(pk=Delivery.objects.latest("pk").pk).update(state="sent", next_try_at=None)

    with django_assert_max_num_queries(20):
        assert send() == 1


def test_telling_three_times_writes_one_delivery(post: Mailman) -> None:
    delivery = answered()

    for _ in range(3):
        telling.tell(delivery.event)
    send()

    assert Delivery.objects.filter(event=delivery.event).count() == 1
    assert len(post.mails) == 1


def test_whoever_wrote_it_is_told_when_it_does_not_arrive(post: Mailman) -> None:
    delivery = answered()
    post.refusals[delivery.address] = "550 5.1.1 No such user"

    send()

    [notice] = Delivery.objects.filter(medium="inapp")
    assert (notice.recipient, notice.event, notice.state) == (delivery.event.by, delivery.event, "sent")
    assert say(notice.event) == gettext("Your mail did not reach its recipient")


def test_how_long_the_oldest_mail_waits_can_be_asked(post: Mailman) -> None:
    assert oldest_due(timezone.now()) is None
    delivery = answered()

    assert delivery.next_try_at is not None
    assert oldest_due(delivery.next_try_at + timedelta(minutes=3)) == timedelta(minutes=3)
