"""Queues: never a circle, never nowhere, never deleted; members work or don't from the next click on."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels_intake.models import Mailbox
from people.models import AuditEntry, User
from tests.factories import make_agent, make_queue, make_ticket, make_user
from tests.settings.conftest import Everything, entries
from tickets.models import Membership, Queue, Ticket

pytestmark = pytest.mark.django_db


def form(**changes: Any) -> dict[str, Any]:
    """Give what a browser sends for a queue."""
    data = {"name_de": "Netz", "name_en": "Network", "tier": 2, "colour": "warn", "reopen_days": 7}
    return data | {"escalates_to": "", "policy": ""} | changes


def test_a_new_queue_gets_a_name_for_addresses_and_is_recorded(client: Client, everything: Everything) -> None:
    make_queue(slug="network", is_default=False)

    response = client.post(reverse("settings:queue_new"), form())

    queue = Queue.objects.get(slug="network-2")
    assert response["Location"] == reverse("settings:queue", args=[queue.pk])
    assert (queue.name_de, queue.tier, queue.reopen_days, queue.is_active) == ("Netz", 2, 7, True)
    assert entries() == [("tickets.queue", "created")]


def test_what_changed_is_recorded_with_before_and_after(client: Client, admin: User, everything: Everything) -> None:
    queue = everything.second
    data = form(name_de=queue.name_de, name_en="Servers", colour=queue.colour, reopen_days=30)

    client.post(reverse("settings:queue", args=[queue.pk]), data)

    entry = AuditEntry.objects.get()
    assert (entry.by, entry.kind, entry.key) == (admin, "tickets.queue", queue.pk)
    assert entry.changes == {"name_en": ["Second", "Servers"], "reopen_days": [14, 30]}


def test_saving_what_is_there_records_nothing(client: Client, everything: Everything) -> None:
    queue = everything.second

    client.post(
        reverse("settings:queue", args=[queue.pk]),
        form(name_de=queue.name_de, name_en="Second", colour=queue.colour, reopen_days=14),
    )

    assert entries() == []


def test_no_circle(client: Client, everything: Everything) -> None:
    third = make_queue(tier=3, is_default=False)
    Queue.objects.filter(pk=everything.second.pk).update(escalates_to=third)

    response = client.post(reverse("settings:queue", args=[third.pk]), form(escalates_to=everything.queue.pk))

    assert response.status_code == 422
    assert "escalate in a circle" in response.content.decode()
    third.refresh_from_db()
    assert third.escalates_to is None


def test_there_is_always_one_default_queue(client: Client, everything: Everything) -> None:
    refused = client.post(reverse("settings:queue", args=[everything.queue.pk]), form())
    moved = client.post(reverse("settings:queue", args=[everything.second.pk]), form(is_default="on"))

    assert (refused.status_code, moved.status_code) == (422, 302)
    assert list(Queue.objects.filter(is_default=True)) == [everything.second]


def test_the_default_queue_stays_active(client: Client, everything: Everything) -> None:
    response = client.post(reverse("settings:deactivation", args=[everything.queue.pk]), follow=True)

    everything.queue.refresh_from_db()
    assert everything.queue.is_active
    assert "so it stays active" in response.content.decode()


def test_a_queue_something_leads_to_stays_active(client: Client, everything: Everything) -> None:
    address = reverse("settings:deactivation", args=[everything.second.pk])
    escalated = client.post(address, follow=True).content.decode()
    Queue.objects.update(escalates_to=None)
    Mailbox.objects.update(queue=everything.second)
    mailed = client.post(address, follow=True).content.decode()
    Mailbox.objects.update(queue=None)
    client.post(address)

    assert "tickets escalate to this queue from there" in escalated
    assert "mail comes to this queue from there" in mailed
    everything.second.refresh_from_db()
    assert not everything.second.is_active
    assert entries() == [("tickets.queue", "deactivated")]


def test_the_question_says_how_many_tickets_are_in_it(client: Client, everything: Everything) -> None:
    make_ticket(everything.second)

    page = client.get(reverse("settings:deactivation", args=[everything.second.pk])).content.decode()

    assert "1 open ticket is in it" in page


def test_a_member_sees_the_tickets_at_once_and_no_more_at_once(client: Client, everything: Everything) -> None:
    agent, ticket = make_agent(), make_ticket(everything.queue)
    client.post(reverse("settings:members", args=[everything.queue.pk]), {"user": agent.pk, "level": 2})
    membership = Membership.objects.get(user=agent)

    assert list(Ticket.objects.visible_to(User.objects.get(pk=agent.pk))) == [ticket]

    client.post(reverse("settings:member", args=[everything.queue.pk, membership.pk]), {"level": 4})
    membership.refresh_from_db()
    assert membership.level == 4

    client.post(reverse("settings:member_removal", args=[everything.queue.pk, membership.pk]))
    assert list(Ticket.objects.visible_to(User.objects.get(pk=agent.pk))) == []
    assert entries() == [
        ("tickets.membership", "created"), ("tickets.membership", "changed"), ("tickets.membership", "removed"),
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["requester", "deactivated", "member"])
def test_not_everybody_can_become_a_member(client: Client, everything: Everything, who: str) -> None:
    person = {
        "requester": make_user,
        "deactivated": lambda: make_agent(is_active=False),
        "member": lambda: everything.agent,
    }[who]()

    response = client.post(reverse("settings:members", args=[everything.queue.pk]), {"user": person.pk, "level": 3})

    assert response.status_code == 422
    assert Membership.objects.count() == 1


def test_a_member_of_another_queue_is_not_found_here(client: Client, everything: Everything) -> None:
    other = make_queue()

    for name in ("member", "member_removal"):
        address = reverse(f"settings:{name}", args=[other.pk, everything.member.pk])
        assert client.post(address, {"level": 1}).status_code == 404
    assert Membership.objects.get() == everything.member
    assert Membership.objects.get().level == everything.member.level


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_do_not_grow(
    client: Client, everything: Everything, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count - 1):
        make_agent(everything.queue)
        make_queue(escalates_to=everything.second, policy=everything.policy)

    with django_assert_num_queries(3):
        client.get(reverse("settings:queues"))
    with django_assert_num_queries(12):
        client.get(reverse("settings:queue", args=[everything.queue.pk]))
