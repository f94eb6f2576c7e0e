"""Mails about deadlines, put together: no storm, none lost, none twice, and nothing when there is nothing."""

import email
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from notifications import digests, telling
from notifications.letters import write
from notifications.models import Delivery, Digest, DigestItem
from notifications.rendering import build
from people.models import User
from tests.factories import later, make_absence, make_agent, make_levels, make_policy, make_queue, make_ticket
from tickets import events, relay, timers
from tickets.models import Event, Membership, Queue, Ticket
from tickets.operations.assigning import take
from tickets.operations.handing_over import accept
from tickets.operations.replying import receive_message, reply
from tickets.operations.resolution import resolve

pytestmark = pytest.mark.django_db


def warn(ticket: Ticket, *people: User, due_at: datetime | None = None, metric: str = "resolution") -> Event:
    due = due_at or timezone.now() + timedelta(minutes=30)
    return events.record(
        ticket, Event.Kind.WARNED, by=None, now=timezone.now(), metric=metric, due_at=due.isoformat(),
        to=[person.pk for person in people],
    )  # fmt: skip


def tell() -> None:
    relay.relay_due(timezone.now() + timedelta(days=400))
    assert not Event.objects.exclude(relay_error="").exists()


def gather(minutes: float = 2) -> int:
    return digests.gather_due(timezone.now() + timedelta(minutes=minutes), give_up_after=telling.GIVE_UP_AFTER)


def mails() -> list[EmailMessage]:
    found = Delivery.objects.filter(medium="mail").order_by("pk")
    return [email.message_from_bytes(build(d, write(d))[0].as_bytes(), policy=default) for d in found]  # type: ignore[misc]


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_a_warning_stands_behind_the_bell_at_once_and_in_the_mail_a_minute_later() -> None:
    queue = make_queue()
    agent, other = make_agent(queue, language="en"), make_agent(queue)
    warn(make_ticket(queue), agent)

    tell()
    tell()

    assert [(d.medium, d.recipient) for d in Delivery.objects.all()] == [("inapp", agent)]
    assert [gather(0), gather(2), gather(2)] == [0, 1, 0]
    assert [d.recipient for d in Delivery.objects.filter(medium="mail")] == [agent]
    assert "comes near: resolution, due" in text(mails()[0])
    assert not DigestItem.objects.filter(recipient=other).exists()


def test_warnings_within_a_quarter_of_an_hour_make_one_mail_the_most_urgent_first() -> None:
    queue = make_queue()
    agent = make_agent(queue, language="en")
    soon, late, sooner = (make_ticket(queue, subject=subject) for subject in ("soon", "late", "sooner"))
    now = timezone.now()
    warn(soon, agent, due_at=now + timedelta(minutes=40))
    warn(late, agent, due_at=now - timedelta(minutes=1), metric="first_response")
    warn(sooner, agent, due_at=now + timedelta(minutes=10))
    tell()

    assert gather() == 1

    mail = mails()[0]
    words = text(mail)
    assert (mail["Subject"], mail["References"]) == ("3 deadlines need somebody", None)
    assert (
        words.index(f"{late.number} late") < words.index(f"{sooner.number} sooner") < words.index(f"{soon.number} soon")
    )
    assert words.count("overdue since") == 1
    assert f"first response · {queue.name_en} · Normal" in words


def test_the_next_mail_comes_a_quarter_of_an_hour_later() -> None:
    queue = make_queue()
    agent = make_agent(queue)
    warn(make_ticket(queue), agent)
    tell()
    assert gather(1) == 1

    warn(make_ticket(queue), agent)
    warn(make_ticket(queue), agent)
    tell()

    assert [gather(2), gather(15), gather(16.1), gather(60)] == [0, 0, 1, 0]
    assert [d.items.count() for d in Delivery.objects.filter(medium="mail").order_by("pk")] == [1, 2]


def test_two_hundred_deadlines_missed_in_a_minute_make_two_mails_and_not_two_hundred() -> None:
    queue = make_queue(policy=make_policy(first_response=10, resolution=9_000))
    lead = make_agent(queue, level=Membership.Level.LEAD)
    make_ticket(queue)
    timers.fire_due(later(11))
    tell()
    assert gather(0) == 1  # the first one goes at once

    for _ in range(20):
        make_ticket(queue)
    timers.fire_due(later(11))
    tell()

    assert [gather(1), gather(14), gather(15.1), gather(99)] == [0, 0, 1, 0]
    assert [d.items.count() for d in Delivery.objects.filter(medium="mail", recipient=lead).order_by("pk")] == [1, 20]


def test_what_clocks_hand_over_joins_the_digest_and_what_people_hand_over_does_not() -> None:
    first, second = make_levels(make_policy(first_response=10, resolution=9_000))
    lead = make_agent(second, level=Membership.Level.LEAD, language="en")
    for _ in range(3):
        make_ticket(first)
    timers.fire_due(later(11))
    tell()

    assert not Delivery.objects.filter(medium="mail").exists()
    assert gather(0) == 1
    assert text(mails()[0]).count("first response") == 3
    assert Delivery.objects.get(medium="mail").recipient == lead


def test_what_a_clock_offered_is_told_though_the_requester_was_answered_until_somebody_accepts_it() -> None:
    first, second = make_levels(make_policy(first_response=10, resolution=9_000))
    agent, lead = make_agent(first), make_agent(second, level=Membership.Level.LEAD)
    answered, accepted = (take(make_ticket(first), by=agent, now=later(1)) for _ in range(2))
    timers.fire_due(later(11))
    reply(answered, text="Wir sind dran.", by=agent, now=later(12))
    accept(accepted, by=make_agent(second), now=later(12))
    reply(accepted, text="Wir sind dran.", by=agent, now=later(13))
    tell()

    gather(0)

    [mail] = Delivery.objects.filter(medium="mail", recipient=lead)
    assert {item.event.ticket_id for item in mail.items.select_related("event")} == {answered.pk}


def test_what_has_become_needless_is_not_told() -> None:
    queue = make_queue(policy=make_policy(first_response=10, resolution=9_000))
    agent = make_agent(queue)
    solved, answered, moved = make_ticket(queue), make_ticket(queue), make_ticket(queue)
    warn(solved, agent)
    warn(answered, agent, metric="first_response")
    warn(moved, agent)
    tell()
    resolve(solved, solution="Fertig", by=make_agent(queue), now=timezone.now())
    reply(answered, text="Bitte neu starten.", by=make_agent(queue), now=timezone.now())
    Ticket.objects.filter(pk=moved.pk).update(queue=make_queue())

    assert gather() == 0
    assert not Delivery.objects.filter(medium="mail", recipient=agent).exists()
    assert DigestItem.objects.filter(dropped_at=None).count() == 0
    assert Digest.objects.get().next_at <= timezone.now() + timedelta(minutes=3)


def test_nobody_is_told_who_left_or_may_not_see_the_ticket() -> None:
    queue = make_queue()
    ticket = make_ticket(queue)
    warn(ticket, make_agent(), make_agent(queue, is_active=False), ticket.requester)

    tell()

    assert not Delivery.objects.exists()
    assert not DigestItem.objects.exists()


def test_one_deadline_is_one_line_however_often_it_was_told() -> None:
    queue = make_queue()
    agent = make_agent(queue, language="en")
    ticket, other = make_ticket(queue, subject="twice"), make_ticket(queue)
    for one in (ticket, ticket, other):
        warn(one, agent)
    tell()

    gather()

    assert text(mails()[0]).count("twice") == 1
    assert DigestItem.objects.filter(delivery=None).count() == 0


class Killed(BaseException):
    """The process is gone."""


def test_a_process_killed_while_it_gathers_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = make_queue()
    warn(make_ticket(queue), make_agent(queue))
    tell()

    def dies(self: Digest, **fields: object) -> None:
        raise Killed

    monkeypatch.setattr(Digest, "save", dies)
    with pytest.raises(Killed):
        gather()
    monkeypatch.undo()

    assert not Delivery.objects.filter(medium="mail").exists()
    assert [gather(), gather()] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_ten_processes_at_once_write_one_mail_a_person() -> None:
    queue = make_queue()
    people = [make_agent(queue) for _ in range(3)]
    for _ in range(5):
        warn(make_ticket(queue), *people)
    tell()
    start = Barrier(10)

    def run(_: int) -> int:
        try:
            start.wait()
            return gather()
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        written = sum(pool.map(run, range(10)))

    assert written == Delivery.objects.filter(medium="mail").count() == 3
    assert [d.items.count() for d in Delivery.objects.filter(medium="mail")] == [5, 5, 5]


def test_the_deputy_hears_of_new_messages_while_the_assignee_is_away() -> None:
    queue = make_queue()
    person, deputy, elsewhere = make_agent(queue), make_agent(queue), make_agent()
    ticket = take(make_ticket(queue), by=person, now=later(1))
    receive_message(ticket, text="Und jetzt?", author=ticket.requester, channel="email", now=later(2))
    tell()
    assert {d.recipient for d in Delivery.objects.filter(event__kind="received")} == {person}

    absence = make_absence(person, deputy, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(days=1))
    receive_message(ticket, text="Hallo?", author=ticket.requester, channel="email", now=later(3))
    tell()
    assert Delivery.objects.filter(event__kind="received", recipient=deputy).count() == 1

    absence.deputy = elsewhere
    absence.save()
    receive_message(ticket, text="Jemand da?", author=ticket.requester, channel="email", now=later(4))
    tell()
    assert not Delivery.objects.filter(recipient=elsewhere).exists()


def test_a_digest_costs_the_same_with_three_and_thirty_lines(django_assert_max_num_queries) -> None:
    queue: Queue = make_queue()
    agent = make_agent(queue)
    for _ in range(30):
        warn(make_ticket(queue), agent)
    tell()

    with django_assert_max_num_queries(14):
        gather()
    with django_assert_max_num_queries(6):
        write(Delivery.objects.select_related("event__ticket", "recipient").get(medium="mail"))
