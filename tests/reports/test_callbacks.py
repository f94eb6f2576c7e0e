"""How many promised calls came in time: about teams, never about one person."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reports.queries import LEAST_PEOPLE, callbacks_kept
from tests.factories import make_agent, make_queue, make_ticket
from tickets.models import Callback, Queue

pytestmark = pytest.mark.django_db


def promised(queue: Queue, *, people: int, **fields: object) -> None:
    due = timezone.now() - timedelta(days=1)
    for _ in range(people):
        agent = make_agent(queue)
        Callback.objects.create(
            ticket=make_ticket(queue), owner=agent, made_by=agent, made_at=due - timedelta(hours=1), until=due, **fields
        )


def test_a_team_of_enough_people_stands_there_with_what_was_kept_and_what_was_not() -> None:
    queue, small = make_queue(), make_queue()
    agent, due = make_agent(queue), timezone.now() - timedelta(days=1)
    promised(queue, people=3, kept_at=due - timedelta(minutes=5))
    promised(queue, people=1, kept_at=due + timedelta(minutes=5))
    promised(queue, people=1, withdrawn_at=due - timedelta(minutes=5))
    promised(queue, people=1)
    promised(small, people=LEAST_PEOPLE - 1, kept_at=due)

    (row,) = callbacks_kept(agent, timezone.now())

    assert (row.queue, row.promised, row.kept, row.share) == (queue, 5, 3, 60)


def test_nothing_is_said_of_a_small_team_or_of_queues_one_may_not_see() -> None:
    queue, other = make_queue(), make_queue()
    agent, due = make_agent(queue, language="en"), timezone.now() - timedelta(days=1)
    promised(queue, people=LEAST_PEOPLE - 1, kept_at=due)
    promised(other, people=LEAST_PEOPLE, kept_at=due)
    client = Client()
    client.force_login(agent)

    page = client.get("/start/overview/").content.decode()

    assert callbacks_kept(agent, timezone.now()) == []
    assert "A team stands here when 5 different people promised calls" in page
