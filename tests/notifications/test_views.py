"""How far mails got beside their messages, and the notices behind the bell."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications.models import Delivery
from notifications.queries import unseen_count
from people.models import User
from tests.factories import NOW, make_agent, make_queue, make_ticket, make_user
from tickets import relay
from tickets.models import Message, Queue, Ticket
from tickets.operations.assigning import assign
from tickets.operations.replying import reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue() -> Queue:
    """Make a queue."""
    return make_queue()


@pytest.fixture
def agent(queue: Queue, client: Client) -> User:
    """Log an agent of the queue in."""
    agent = make_agent(queue, language="en")
    client.force_login(agent)
    return agent


def answered(agent: User, ticket: Ticket, times: int = 1, **state: Any) -> list[Delivery]:
    """Answer, and say how far the mails got."""
    for number in range(times):
        reply(ticket, text=f"Antwort {number}", by=agent, now=NOW)
    relay.relay_due(timezone.now())
    mails = Delivery.objects.filter(event__ticket=ticket, medium="mail")
    mails.update(**state)
    return list(mails)


def given(ticket: Ticket, agent: User) -> None:
    """Give the ticket to the agent, and tell."""
    assign(ticket, to=agent, by=make_agent(ticket.queue, name="Lea Lead"), now=NOW)
    relay.relay_due(timezone.now())


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"state": "sent", "sent_at": NOW}, "10:00"),
        ({"state": "queued"}, "waiting"),
        ({"state": "sending", "error": "timed out"}, "it is tried again"),
        ({"state": "failed", "error": "550 No such user"}, "There is no such address."),
        ({"state": "bounced", "error": "452 4.2.2 Over quota"}, "The mailbox is full."),
    ],
)
def test_each_message_shows_how_far_its_mail_got(
    client: Client, agent: User, queue: Queue, state: dict[str, Any], words: str
) -> None:
    ticket = make_ticket(queue)
    [delivery] = answered(agent, ticket, **state)

    shown = client.get(f"/mail/deliveries/{ticket.pk}/").content.decode()

    assert f'id="delivery-{delivery.event.message_id}"' in shown
    assert words in shown
    assert ("Send again" in shown) == (state["state"] in ("failed", "bounced"))


def test_copies_say_to_whom_they_went(client: Client, agent: User, queue: Queue) -> None:
    cc, hidden = make_user(name="Carla Copy"), make_user(name="Bea Blind")
    ticket = make_ticket(queue, participants=[cc], requester=make_user(name="Petra Person"))
    message = reply(ticket, text="Antwort", by=agent, now=NOW)
    Message.objects.filter(pk=message.pk).update(recipients={"bcc": [hidden.email]})
    relay.relay_due(timezone.now())

    shown = client.get(f"/mail/deliveries/{ticket.pk}/").content.decode()

    assert re.findall(r"\b(?:blind )?(?:copy )?to [A-Z]\w+ [A-Z]\w+", shown) == [
        "to Petra Person",
        "copy to Carla Copy",
        "blind copy to Bea Blind",
    ]


def test_a_doubtful_address_is_shown_once_until_somebody_says_that_it_is_right(
    client: Client, agent: User, queue: Queue
) -> None:
    ticket = make_ticket(queue)
    first, last = answered(agent, ticket, times=2, state="sent", sent_at=NOW)
    assert "doubtful" not in client.get(f"/mail/deliveries/{ticket.pk}/").content.decode()
    User.objects.filter(pk=ticket.requester_id).update(is_suspect=True)

    shown = client.get(f"/mail/deliveries/{ticket.pk}/").content.decode()
    assert shown.count("address doubtful: the last mail came back") == 1
    assert f"/mail/deliveries/{ticket.pk}/{last.pk}/address/" in shown

    shown = client.post(f"/mail/deliveries/{ticket.pk}/{last.pk}/address/", headers={"HX-Request": "true"})

    assert "doubtful" not in shown.content.decode()
    assert not User.objects.get(pk=ticket.requester_id).is_suspect
    assert first.recipient_id == last.recipient_id


def test_an_answer_goes_to_a_doubtful_address_all_the_same(client: Client, agent: User, queue: Queue) -> None:
    ticket = make_ticket(queue, requester=make_user(is_suspect=True))

    [delivery] = answered(agent, ticket)

    assert (delivery.state, delivery.address) == ("queued", ticket.requester.email)


def test_only_who_may_answer_says_that_an_address_is_right(client: Client, queue: Queue) -> None:
    person = make_user(is_suspect=True)
    ticket = make_ticket(queue, requester=person)
    [delivery] = answered(make_agent(queue), ticket, state="bounced", next_try_at=None)
    url = f"/mail/deliveries/{ticket.pk}/{delivery.pk}/address/"
    client.force_login(make_agent(queue, level=1, language="en"))

    shown = client.get(f"/mail/deliveries/{ticket.pk}/").content.decode()
    refused = client.post(url).status_code
    client.force_login(person)
    unseen = client.post(url).status_code

    assert ("doubtful" in shown, "The address is right" in shown) == (True, False)
    assert (refused, unseen) == (403, 404)
    assert User.objects.get(pk=person.pk).is_suspect


def test_the_address_of_somebody_in_another_ticket_is_not_reached_through_this_one(
    client: Client, agent: User, queue: Queue
) -> None:
    person = make_user(is_suspect=True)
    [delivery] = answered(make_agent(make_queue()), make_ticket(make_queue(), requester=person))

    response = client.post(f"/mail/deliveries/{make_ticket(queue).pk}/{delivery.pk}/address/")

    assert response.status_code == 404
    assert User.objects.get(pk=person.pk).is_suspect


def test_nobody_else_sees_who_got_mail(client: Client, agent: User, queue: Queue) -> None:
    ticket = make_ticket(queue)
    [delivery] = answered(agent, ticket, state="failed", next_try_at=None)
    url = f"/mail/deliveries/{ticket.pk}/"

    for stranger in (ticket.requester, make_user(), make_agent(make_queue())):
        client.force_login(stranger)
        assert client.get(url).status_code == 404
        assert client.post(f"{url}{delivery.pk}/resending/").status_code == 404
    client.logout()
    assert client.get(url).status_code == 302

    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_whoever_may_only_look_cannot_send_again(client: Client, queue: Queue) -> None:
    ticket = make_ticket(queue)
    [delivery] = answered(make_agent(queue), ticket, state="failed", next_try_at=None)
    client.force_login(make_agent(queue, level=1))

    response = client.post(f"/mail/deliveries/{ticket.pk}/{delivery.pk}/resending/")

    delivery.refresh_from_db()
    assert (response.status_code, delivery.state) == (403, "failed")


def test_a_failed_mail_can_be_sent_again_to_the_corrected_address(client: Client, agent: User, queue: Queue) -> None:
    ticket = make_ticket(queue)
    [delivery] = answered(agent, ticket, state="failed", next_try_at=None, error="550 No such user", tries=3)
    User.objects.filter(pk=ticket.requester.pk).update(email="richtig@kunde.example")

    response = client.post(f"/mail/deliveries/{ticket.pk}/{delivery.pk}/resending/", headers={"HX-Request": "true"})

    message_id = delivery.message_id
    delivery.refresh_from_db()
    assert "waiting" in response.content.decode()
    assert (delivery.state, delivery.address, delivery.tries, delivery.error) == (
        "queued",
        "richtig@kunde.example",
        0,
        "",
    )
    assert delivery.message_id == message_id
    assert delivery in Delivery.objects.due(timezone.now())


def test_a_mail_that_left_cannot_be_sent_again(client: Client, agent: User, queue: Queue) -> None:
    ticket = make_ticket(queue)
    [delivery] = answered(agent, ticket, state="sent", next_try_at=None)

    response = client.post(f"/mail/deliveries/{ticket.pk}/{delivery.pk}/resending/")

    delivery.refresh_from_db()
    assert (response.status_code, delivery.state) == (422, "sent")


def test_a_mail_of_another_ticket_is_not_reached_through_this_one(client: Client, agent: User, queue: Queue) -> None:
    [delivery] = answered(make_agent(make_queue()), make_ticket(make_queue()), state="failed", next_try_at=None)
    mine = make_ticket(queue)

    response = client.post(f"/mail/deliveries/{mine.pk}/{delivery.pk}/resending/")

    delivery.refresh_from_db()
    assert (response.status_code, delivery.state) == (404, "failed")


def test_the_states_of_many_messages_cost_no_more(
    client: Client, agent: User, queue: Queue, django_assert_num_queries: Any
) -> None:
    one, three = make_ticket(queue), make_ticket(queue)
    answered(agent, one)
    answered(agent, three, times=3)
    client.get(f"/mail/deliveries/{one.pk}/")

    for ticket in (one, three):
        with django_assert_num_queries(5):
            client.get(f"/mail/deliveries/{ticket.pk}/")


def test_the_bell_counts_what_is_new_until_it_is_seen(client: Client, agent: User, queue: Queue) -> None:
    given(make_ticket(queue, subject="Drucker druckt nicht"), agent)

    assert "1 new notice" in client.get("/mail/notices/bell/").content.decode()
    page = client.get("/mail/notices/").content.decode()
    assert "Drucker druckt nicht" in page
    assert "Lea Lead gave you this ticket" in page

    answer = client.post("/mail/notices/seen/", headers={"HX-Request": "true"}).content.decode()

    assert 'id="bell" hx-swap-oob="true"' in answer
    assert "new notice" not in answer
    assert unseen_count(agent) == 0
    assert "new notice" not in client.get("/mail/notices/bell/").content.decode()


def test_one_ticket_can_be_marked_as_seen(client: Client, agent: User, queue: Queue) -> None:
    first, second = make_ticket(queue), make_ticket(queue)
    given(first, agent)
    given(second, agent)

    client.post("/mail/notices/seen/", {"ticket": first.pk})
    client.post("/mail/notices/seen/", {"ticket": "1 OR 1=1"})

    unseen = Delivery.objects.filter(medium="inapp", state="sent")
    assert [notice.event.ticket for notice in unseen] == [second]


def test_a_notice_vanishes_with_the_right_to_see_its_ticket(client: Client, agent: User, queue: Queue) -> None:
    ticket = make_ticket(queue)
    given(ticket, agent)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=None, case_owner=None, queue=make_queue())

    assert ticket.subject not in client.get("/mail/notices/").content.decode()
    assert unseen_count(agent) == 0


def test_nobody_marks_the_notices_of_others(client: Client, agent: User, queue: Queue) -> None:
    other = make_agent(queue)
    given(make_ticket(queue), other)

    client.post("/mail/notices/seen/")

    assert unseen_count(other) == 1


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(client: Client, agent: User, address: str) -> None:
    assert client.post("/mail/notices/seen/", {"next": address})["Location"] == "/mail/notices/"


def test_the_list_costs_the_same_with_one_and_three_notices(
    client: Client, agent: User, queue: Queue, django_assert_num_queries: Any
) -> None:
    client.get("/mail/notices/")
    for number in (1, 2):
        for _ in range(number):
            given(make_ticket(queue), agent)
        with django_assert_num_queries(7):
            client.get("/mail/notices/", headers={"HX-Request": "true"})
