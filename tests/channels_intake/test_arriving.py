"""Storing first, accepting later, keeping what cannot be processed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

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


def _sweep(_: int) -> int:
    try:
        return arriving.process_stored(NOW + timedelta(minutes=1))
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_many_work_at_once_and_no_answer_overtakes_the_mail_it_answers() -> None:
    make_queue(is_default=True)
    for number in range(40):
        first = mail(f"p{number}@kunde.example", message_id=f"<{number}@kunde.example>", text="Hilfe. " * number)
        answer = mail(f"p{number}@kunde.example", answers=f"<{number}@kunde.example>", subject="Noch etwas")
        for later, raw in enumerate((first, answer)):
            arriving.store(raw, now=NOW + timedelta(milliseconds=2 * number + later))

    with ThreadPoolExecutor(4) as pool:
        taken = sum(pool.map(_sweep, range(4)))

    assert taken == 80
    assert sorted(Arrival.objects.values_list("outcome", flat=True)) == ["appended"] * 40 + ["created"] * 40
    assert Ticket.objects.count() == 40


@pytest.mark.django_db(transaction=True)
def test_an_answer_waits_while_another_process_works_on_what_it_answers() -> None:
    make_queue(is_default=True)
    first = arriving.store(mail(message_id="<first@kunde.example>"), now=NOW).arrival
    answer = arriving.store(mail(answers="<first@kunde.example>"), now=NOW + timedelta(seconds=1)).arrival
    locked, go_on = threading.Event(), threading.Event()

    def work() -> None:
        with transaction.atomic():
            Arrival.objects.select_for_update(no_key=True, of=("self",)).get(pk=first.pk)
            locked.set()
            go_on.wait(10)
            arriving.process(first.pk, now=NOW)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(work)
        assert locked.wait(10)
        sweep = pool.submit(_sweep, 0)
        sweep_is_done_early = sweep.done() or Arrival.objects.get(pk=answer.pk).is_finished
        go_on.set()
        slow.result(20)
        assert sweep.result(20) == 1

    assert not sweep_is_done_early
    assert list(Arrival.objects.order_by("pk").values_list("outcome", flat=True)) == ["created", "appended"]


def test_an_answer_by_the_pipe_takes_what_came_before_it_along(queue: Queue) -> None:
    arriving.store(mail(message_id="<first@kunde.example>"), now=NOW)
    answer = arriving.store(mail(answers="<first@kunde.example>"), now=NOW + timedelta(seconds=1)).arrival

    taken = arriving.process(answer.pk, now=NOW + timedelta(seconds=2))

    assert taken is not None
    assert taken.outcome == "appended"
    assert Ticket.objects.count() == 1
