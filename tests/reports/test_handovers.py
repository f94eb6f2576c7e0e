"""The page of hand-overs: what it counts, for whom, and at which price."""

from datetime import timedelta

import pytest
from django.utils import timezone

from people.models import User
from tests.factories import make_agent, make_handover, make_levels, make_ticket
from tests.tickets.views.test_list import as_
from tickets.models import Handover
from tickets.operations import handing_over, replying

pytestmark = pytest.mark.django_db


def test_each_number_and_the_tickets_behind_it() -> None:
    first, second = make_levels()
    agent, specialist, now = make_agent(first), make_agent(second), timezone.now()
    tickets = [make_ticket(first, now=now, subject=f"Fall {number}") for number in range(3)]
    for ticket in tickets:
        make_handover(ticket, second, by=agent, now=now)
    handing_over.accept(tickets[0], by=specialist, now=now + timedelta(minutes=10))
    handing_over.accept(tickets[1], by=specialist, now=now + timedelta(minutes=30))
    replying.reply(tickets[1], text="Welches Gerät ist es?", by=specialist, now=now + timedelta(minutes=31))
    handing_over.return_(
        tickets[2], reason=Handover.Return.INCOMPLETE, words="Gerät?", by=specialist, now=now + timedelta(minutes=5)
    )

    page = as_(make_agent(role=User.Role.LEAD)).get("/start/handovers/")
    row = page.context["rows"][0]

    assert (row.queue, row.offered, row.accepted, row.returned, row.minutes) == (second, 3, 2, 1, 20)
    assert (row.asked, row.asked_percent, row.returned_percent, row.hops) == (1, 50, 33, 1.0)
    assert [count for _, count in row.reasons] == [1]
    address = f"/start/handovers/?queue={second.slug}&month={row.month:%Y-%m}&kind=returned"
    chosen = as_(make_agent(role=User.Role.LEAD)).get(address).context["chosen"]
    assert [one.ticket.subject for one in chosen] == ["Fall 2"]


def test_nobody_counts_tickets_they_may_not_see() -> None:
    first, second = make_levels()
    make_handover(make_ticket(first), second, by=make_agent(first), now=timezone.now())
    stranger = as_(make_agent())

    page = stranger.get(f"/start/handovers/?queue={second.slug}&month={timezone.localdate():%Y-%m}")

    assert page.context["rows"] == page.context["chosen"] == []
    assert stranger.get("/start/handovers/?queue=x&month=nonsense").context["chosen"] == []


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_with_one_and_three(number: int, django_assert_num_queries) -> None:
    client = as_(make_agent(role=User.Role.LEAD))
    for _ in range(number):
        first, second = make_levels()
        make_handover(make_ticket(first), second, by=make_agent(first), now=timezone.now())

    with django_assert_num_queries(5):
        page = client.get("/start/handovers/")

    assert len(page.context["rows"]) == number
