"""Who is told what: never the author, never the inactive, never somebody who may not see it, never a note to a customer."""

import json
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis import Redis

from helpdesk.lib import live
from notifications import telling
from notifications.models import Delivery
from people.models import User
from tests.factories import NOW, later, make_agent, make_levels, make_policy, make_queue, make_ticket, make_user
from tickets import relay, timers
from tickets.models import Event, Membership, Message, Participant, Ticket
from tickets.operations.acknowledging import acknowledge
from tickets.operations.assigning import assign, take
from tickets.operations.escalation import escalate
from tickets.operations.noting import note
from tickets.operations.reopening import reopen
from tickets.operations.replying import receive_message, reply
from tickets.operations.resolution import resolve

pytestmark = pytest.mark.django_db


def told() -> set[tuple[str, User]]:
    """Relay what has happened and give who was told by which medium."""
    relay.relay_due(timezone.now().replace(year=2030))
    assert not Event.objects.exclude(relay_error="").exists()
    return {(d.medium, d.recipient) for d in Delivery.objects.select_related("recipient")}


def test_an_answer_goes_to_the_requester_and_who_takes_part() -> None:
    queue, cc = make_queue(), make_user()
    ticket = make_ticket(queue, participants=[cc])
    message = reply(ticket, text="Bitte neu starten.", by=make_agent(queue), now=NOW)

    assert told() == {("mail", ticket.requester), ("mail", cc)}
    assert Delivery.objects.get(recipient=ticket.requester).message_id == message.message_id
    assert Delivery.objects.get(recipient=cc).message_id not in ("", message.message_id)


def test_a_note_goes_to_nobody() -> None:
    queue = make_queue()
    ticket = make_ticket(queue, participants=[make_user()])
    note(ticket, text="Der Kunde ist schwierig.", by=make_agent(queue), now=NOW)

    assert told() == set()


@pytest.mark.parametrize("kind", [Message.Kind.CALL, Message.Kind.CHAT])
def test_what_was_said_on_the_phone_or_in_the_chat_is_not_mailed(kind: Message.Kind) -> None:
    queue = make_queue()
    reply(make_ticket(queue), text="Wie besprochen.", by=make_agent(queue), now=NOW, kind=kind)

    assert told() == set()


def test_nobody_inactive_is_told() -> None:
    queue = make_queue()
    ticket = make_ticket(queue, requester=make_user(is_active=False))
    reply(ticket, text="Bitte neu starten.", by=make_agent(queue), now=NOW)

    assert told() == set()


def test_a_person_without_a_real_address_gets_no_mail() -> None:
    queue = make_queue()
    ticket = make_ticket(queue, requester=make_user("caller-7@phone.invalid"))
    reply(ticket, text="Bitte neu starten.", by=make_agent(queue), now=NOW)

    assert told() == set()


def test_the_acknowledgement_has_the_message_id_of_its_message() -> None:
    ticket = make_ticket(make_queue())
    message = acknowledge(ticket, text="Wir haben Ihre Anfrage erhalten.", now=NOW)

    assert told() == {("mail", ticket.requester)}
    assert Delivery.objects.get().message_id == message.message_id


def test_an_address_whose_mail_bounced_gets_no_automatic_mail() -> None:
    queue = make_queue()
    ticket = make_ticket(queue, requester=make_user(is_suspect=True))
    acknowledge(ticket, text="Wir haben Ihre Anfrage erhalten.", now=NOW)
    resolve(ticket, solution="Neu gestartet.", by=make_agent(queue), now=NOW)

    assert told() == set()


@pytest.mark.parametrize("tell", [True, False])
def test_the_requester_is_asked_whether_it_helped_unless_they_know(tell: bool) -> None:
    queue = make_queue()
    ticket = make_ticket(queue, participants=[make_user()])
    resolve(ticket, solution="Neu gestartet.", by=make_agent(queue), now=NOW, tell=tell)

    assert told() == ({("mail", ticket.requester)} if tell else set())


def test_an_assignment_is_told_to_whom_it_was_given() -> None:
    queue = make_queue()
    agent = make_agent(queue)
    assign(make_ticket(queue), to=agent, by=make_agent(queue), now=NOW)

    assert told() == {("inapp", agent), ("mail", agent)}


def test_whoever_takes_a_ticket_is_not_told_of_it() -> None:
    queue = make_queue()
    take(make_ticket(queue), by=make_agent(queue), now=NOW)

    assert told() == set()


def test_an_assignment_that_changed_meanwhile_is_told_to_nobody_it_no_longer_concerns() -> None:
    queue = make_queue()
    first, second, lead = make_agent(queue), make_agent(queue), make_agent(queue)
    ticket = make_ticket(queue)
    assign(ticket, to=first, by=lead, now=NOW)
    assign(ticket, to=second, by=lead, now=NOW)

    assert told() == {("inapp", second), ("mail", second)}


def test_a_message_is_told_to_who_works_on_the_ticket() -> None:
    queue = make_queue()
    ticket, agent, owner = make_ticket(queue), make_agent(queue), make_agent(queue)
    make_agent(queue)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=agent, case_owner=owner)
    receive_message(ticket, author=ticket.requester, text="Geht nicht.", channel=Ticket.Channel.EMAIL, now=NOW)

    assert told() == {("inapp", agent), ("inapp", owner)}


def test_an_absence_notice_is_told_to_nobody() -> None:
    queue = make_queue()
    ticket = make_ticket(queue)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=make_agent(queue))
    receive_message(
        ticket, author=ticket.requester, text="Bin weg.", channel=Ticket.Channel.EMAIL, now=NOW, auto_generated=True
    )

    assert told() == set()


def test_an_assignee_who_may_not_see_the_ticket_any_more_is_not_told() -> None:
    queue = make_queue()
    ticket, former = make_ticket(queue), make_user()
    Ticket.objects.filter(pk=ticket.pk).update(assignee=former)
    receive_message(ticket, author=ticket.requester, text="Geht nicht.", channel=Ticket.Channel.EMAIL, now=NOW)

    assert told() == set()


def test_an_escalation_is_told_to_the_queue_and_mailed_to_who_answers_for_it() -> None:
    first, second = make_levels()
    author, worker, lead = make_agent(first), make_agent(second), make_agent(second, Membership.Level.LEAD)
    make_agent(second, Membership.Level.VIEW)
    make_agent(second, is_active=False)
    owner = make_agent(first)
    ticket = make_ticket(first)
    Ticket.objects.filter(pk=ticket.pk).update(case_owner=owner)
    escalate(ticket, reason="Braucht Rechte am Server", by=author, now=NOW)

    assert told() == {("inapp", worker), ("inapp", lead), ("mail", lead), ("inapp", owner), ("mail", owner)}


def test_who_escalates_is_not_told_though_they_are_the_case_owner() -> None:
    first, _ = make_levels()
    author = make_agent(first)
    escalate(make_ticket(first), reason="Braucht Rechte am Server", by=author, now=NOW)

    assert told() == set()


def test_a_clock_that_escalates_tells_once() -> None:
    policy = make_policy(first_response=60)
    first, second = make_levels(policy)
    worker = make_agent(second)
    make_ticket(first)
    timers.fire_due(later(minutes=61))

    assert told() == {("inapp", worker)}
    assert [d.event.kind for d in Delivery.objects.all()] == ["escalated"]


def test_a_missed_deadline_on_the_second_level_is_told() -> None:
    queue = make_queue(tier=2, policy=make_policy(first_response=60))
    worker = make_agent(queue)
    make_ticket(queue)
    timers.fire_due(later(minutes=61))

    assert told() == {("inapp", worker)}
    assert [d.event.kind for d in Delivery.objects.all()] == ["breached"]


def test_a_reopening_is_told_to_who_solved_it() -> None:
    queue = make_queue()
    ticket, agent = make_ticket(queue), make_agent(queue)
    resolve(ticket, solution="Neu gestartet.", by=agent, now=NOW, tell=False)
    reopen(ticket, by=ticket.requester, now=NOW, reason="Geht wieder nicht")

    assert told() == {("inapp", agent)}


def test_a_message_that_reopens_is_told_once() -> None:
    queue = make_queue()
    ticket, agent = make_ticket(queue), make_agent(queue)
    resolve(ticket, solution="Neu gestartet.", by=agent, now=NOW, tell=False)
    receive_message(ticket, author=ticket.requester, text="Geht nicht.", channel=Ticket.Channel.EMAIL, now=NOW)

    assert told() == {("inapp", agent)}
    assert Delivery.objects.count() == 1


def test_telling_three_times_writes_one_delivery_for_each_recipient() -> None:
    first, second = make_levels()
    make_agent(second)
    ticket = make_ticket(first, participants=[make_user(), make_user()])
    reply(ticket, text="Bitte neu starten.", by=make_agent(first), now=NOW)
    escalate(ticket, reason="Braucht Rechte", by=make_agent(first), now=NOW)
    told()
    before = list(Delivery.objects.order_by("pk").values_list("pk", "message_id"))

    for _ in range(3):
        for event in Event.objects.all():
            telling.tell(event)

    assert list(Delivery.objects.order_by("pk").values_list("pk", "message_id")) == before
    assert len(before) == len(set(Delivery.objects.values_list("event", "recipient", "medium")))


def test_a_spectator_who_left_is_not_mailed() -> None:
    queue, cc = make_queue(), make_user()
    ticket = make_ticket(queue, participants=[cc])
    Participant.objects.filter(ticket=ticket, user=cc).delete()
    reply(ticket, text="Bitte neu starten.", by=make_agent(queue), now=NOW)

    assert told() == {("mail", ticket.requester)}


def test_telling_a_larger_queue_asks_the_database_no_more() -> None:
    counts = []
    for size in (1, 5):
        first, second = make_levels() if size == 1 else (make_queue(), make_queue())
        for _ in range(size):
            make_agent(second)
        ticket = make_ticket(first)
        Ticket.objects.filter(pk=ticket.pk).update(queue=second)
        event = Event.objects.create(ticket=ticket, kind="escalated", at=NOW, facts={"reason": "Rechte"})
        event = Event.objects.get(pk=event.pk)
        with CaptureQueriesContext(connection) as asked:
            telling.tell(event)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_the_bell_rings_after_the_commit(django_capture_on_commit_callbacks: Any) -> None:
    valkey = Redis.from_url(django_settings.REDIS_URL)
    listening = valkey.pubsub(ignore_subscribe_messages=True)
    listening.subscribe(live.CHANNEL)
    listening.get_message(timeout=2)
    queue = make_queue()
    ticket, agent = make_ticket(queue), make_agent(queue)
    assign(ticket, to=agent, by=make_agent(queue), now=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        told()

    rung = []
    while message := listening.get_message(timeout=0.5):
        rung.append(json.loads(message["data"]))
    assert {"topic": f"user:{agent.pk}", "event": "notification", "data": {"ticket": ticket.pk}, "id": None} in rung
