"""Why a ticket is due when it is: on its pages, in place, and for other programs."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from people.models import User
from sla.operations.policies import Step
from tests.factories import NOW, later, make_agent, make_levels, make_policy, make_ticket, make_user
from tickets import timers
from tickets.explaining import explain
from tickets.models import Clock, Event
from tickets.operations import holding, prioritising, replying, resolution

pytestmark = pytest.mark.django_db

WARN = ({"do": "notify", "whom": ["assignee", "queue_members"]},)


@pytest.fixture
def agent():
    steps = (Step("first_response", -30, WARN),)
    first, _second = make_levels(make_policy(first_response=60, resolution=480, always_open=False, steps=steps))
    return make_agent(first, name="Anton Agent", language="en")


@pytest.fixture
def ticket(agent):
    return make_ticket(agent.memberships.get().queue)


@pytest.fixture
def client(agent):
    client = Client()
    client.force_login(agent)
    return client


def _text(response):
    body = response.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body[body.index("<main") : body.index("</main>")]))


def test_a_promise_says_why_it_is_due_then(client, agent, ticket):
    holding.hold(ticket, state="pending_customer", by=agent, now=later(60))
    holding.resume(ticket, by=agent, now=later(180))
    prioritising.prioritise(ticket, by=agent, now=later(181), priority=4)
    clock = ticket.clocks.filter(metric="resolution").last()

    text = _text(client.get(reverse("tickets:clock", args=[ticket.pk, clock.pk])))

    assert "due Tue 24 Nov 2026, 11:00, that is 8 h of working time after Mon 23 Nov 2026, 10:00 (opened)" in text
    assert "2 h of working time not counted" in text
    assert "set the priority to Critical Anton Agent" in text
    assert "Mon 23 Nov 2026 10:00–11:00, 13:00–17:00 5 h Tue 24 Nov 2026 08:00–11:00 3 h" in text
    assert "version 1, in force from" in text


def test_in_place_it_is_a_dialog_and_without_scripts_a_page(client, ticket):
    clock = ticket.clocks.get(metric="resolution")
    where = reverse("tickets:clock", args=[ticket.pk, clock.pk])

    assert client.get(where, headers={"HX-Request": "true"}).content.lstrip().startswith(b"<dialog")
    assert b"<h1>Resolution</h1>" in client.get(where).content


def test_every_deadline_of_the_panel_leads_to_its_reason(client, ticket):
    page = client.get(reverse("tickets:show", args=[ticket.pk])).content.decode()

    for clock in ticket.clocks.all():
        assert f'href="{reverse("tickets:clock", args=[ticket.pk, clock.pk])}"' in page
    assert f'href="{reverse("tickets:clocks", args=[ticket.pk])}"' in page


def test_an_earlier_generation_leads_to_the_promise_it_belongs_to(client, agent, ticket):
    old = ticket.clocks.get(metric="resolution")
    prioritising.prioritise(ticket, by=agent, now=later(1), priority=4)
    holding.hold(ticket, state="pending_customer", by=agent, now=later(2))
    holding.resume(ticket, by=agent, now=later(5))

    assert client.get(reverse("tickets:clock", args=[ticket.pk, old.pk])).status_code == 200


def test_a_clock_of_another_ticket_is_not_found(client, ticket):
    other = make_ticket(ticket.queue).clocks.first()

    assert client.get(reverse("tickets:clock", args=[ticket.pk, other.pk])).status_code == 404


def test_the_list_has_what_ended_too_and_steps_tell_what_they_did(client, agent, ticket):
    timers.fire_due(later(35))
    replying.reply(ticket, text="Aha", by=agent, now=later(90))
    resolution.resolve(ticket, solution="So", by=agent, now=later(95))

    text = _text(client.get(reverse("tickets:clocks", args=[ticket.pk])))

    assert "met late, by 30 min" in text
    assert "30 min before the deadline" in text
    assert "told Anton Agent" in text
    assert "5 min late" in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_three_promises_as_for_one(client, agent, ticket, count, django_assert_num_queries):
    for number in range(count):
        replying.reply(ticket, text="Aha", by=agent, now=later(10 + number))
        holding.hold(ticket, state="pending_customer", by=agent, now=later(20 + number))
        holding.resume(ticket, by=agent, now=later(20.5 + number))
    client.get(reverse("tickets:clocks", args=[ticket.pk]))  # the terms are read once a process

    with django_assert_num_queries(10):
        client.get(reverse("tickets:clocks", args=[ticket.pk]))


def test_what_is_stored_differently_is_said(client, ticket):
    clock = ticket.clocks.get(metric="resolution")
    Clock.objects.filter(pk=clock.pk).update(due_at=clock.due_at + timedelta(hours=1))

    assert "Stored is another deadline" in _text(client.get(reverse("tickets:clock", args=[ticket.pk, clock.pk])))


def test_a_ticket_older_than_its_terms_counts_as_stored(ticket):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE tickets_event SET facts = facts - 'terms' WHERE kind = 'opened'")
        cursor.execute("ALTER TABLE tickets_event ENABLE TRIGGER USER")
    found = {one.derivation.metric: one for one in explain(ticket, now=later(1))}

    assert found["resolution"].derivation.due_at == ticket.clocks.get(metric="resolution").due_at
    assert not found["resolution"].is_exact
    assert not found["resolution"].differs


def test_other_programs_get_the_same_in_iso_and_seconds(client, agent, ticket):
    holding.hold(ticket, state="pending_customer", by=agent, now=later(60))
    holding.resume(ticket, by=agent, now=later(180))

    found = client.get(reverse("api:clocks", args=[ticket.pk])).json()
    one = next(clock for clock in found["clocks"] if clock["metric"] == "resolution")

    stored = ticket.clocks.get(metric="resolution", state__in=Clock.UNFINISHED)
    assert one["id"] == stored.pk
    assert one["due_at"] == stored.due_at.isoformat()
    assert (one["target_seconds"], one["paused_seconds"], one["agrees"]) == (28800, 7200, True)
    assert sum(segment["seconds"] for segment in one["segments"]) == 28800
    assert one["pauses"] == [
        {
            "state": "pending_customer", "reason": "Waiting for customer", "from": later(60).isoformat(),
            "to": later(180).isoformat(), "working_seconds": 7200,
        }
    ]  # fmt: skip
    assert one["changes"][0]["event"] == "opened"
    assert one["started_at"] == NOW.isoformat()


def test_other_programs_see_what_their_person_may_see(ticket):
    where = reverse("api:clocks", args=[ticket.pk])
    outsider = Client()
    outsider.force_login(make_agent(language="en"))
    requester = Client()
    requester.force_login(User.objects.get(pk=ticket.requester_id))
    somebody = Client()
    somebody.force_login(make_user())

    assert [one.get(where).status_code for one in (Client(), outsider, requester, somebody)] == [403, 404, 404, 404]
    assert Event.objects.filter(ticket=ticket).exists()
