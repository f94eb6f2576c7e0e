"""Storing first, accepting later, keeping what cannot be processed."""

from datetime import timedelta

import pytest
from django.db import connection

from channels_intake.email import arriving
from channels_intake.models import Arrival
from tests.channels_intake.mails import mail
from tests.factories import NOW, make_queue
from tickets.models import Queue, Ticket


def test_what_is_stored_is_accepted_in_the_order_it_came(queue: Queue) -> None:
    for number in range(3):
        arriving.store(mail(subject=f"Mail {number}"), now=NOW + timedelta(seconds=number))

    assert arriving.process_stored(NOW) == 3
    assert list(Ticket.objects.order_by("pk").values_list("subject", flat=True)) == ["Mail 0", "Mail 1", "Mail 2"]
    assert arriving.process_stored(NOW) == 0


def test_what_fails_is_tried_again_later_and_kept_after_the_third_time(db: None) -> None:
    arrival = arriving.store(mail(), now=NOW).arrival  # there is no queue yet
    now = NOW
    for tries in (1, 2, 3):
        arriving.process_stored(now)
        arrival.refresh_from_db()
        assert arrival.tries == tries
        arriving.process_stored(now)
        arrival.refresh_from_db()
        assert arrival.tries == tries, "it waits before the next try"
        now += timedelta(hours=1)

    assert arrival.state == Arrival.State.UNPROCESSABLE
    assert "NoQueue" in arrival.reason
    assert bytes(arrival.raw)


def test_an_unprocessable_mail_can_be_tried_again_once_the_cause_is_gone(db: None) -> None:
    arrival = arriving.store(mail(), now=NOW).arrival
    for hours in range(3):
        arriving.process_stored(NOW + timedelta(hours=hours))
    make_queue(is_default=True)

    arriving.retry(Arrival.objects.get(pk=arrival.pk))
    arriving.process_stored(NOW)

    arrival.refresh_from_db()
    assert (arrival.state, arrival.outcome, arrival.ticket) == ("accepted", "created", Ticket.objects.get())
    with pytest.raises(arriving.CannotRetry):
        arriving.retry(arrival)


def test_one_bad_mail_does_not_hold_up_the_others(queue: Queue) -> None:
    bad = arriving.store(b"   ", now=NOW).arrival
    arriving.store(mail(), now=NOW + timedelta(seconds=1))
    arriving.process_stored(NOW)

    bad.refresh_from_db()
    assert (bad.state, bad.tries) == ("stored", 1)
    assert Ticket.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_another_process_works_on_is_waited_for_and_not_taken_twice() -> None:
    make_queue(is_default=True)
    arrival = arriving.store(mail(), now=NOW).arrival

    assert arriving.process(arrival.pk, now=NOW) is not None
    assert arriving.process(arrival.pk, now=NOW) is None
    assert Ticket.objects.count() == 1


def test_a_mail_full_of_zero_bytes_and_broken_letters_is_stored(queue: Queue) -> None:
    raw = b"From: \xff\x00x@y.example\r\nSubject: \x00\xed\xa0\x80 \xff\r\nMessage-ID: <\x00\xff@x>\r\n\r\n\x00\xff\xfe body"
    arriving.store(raw, now=NOW)
    arriving.process_stored(NOW)

    assert Arrival.objects.get().state == Arrival.State.ACCEPTED, Arrival.objects.get().reason
    assert connection.is_usable()
