"""The start page and the overview."""

import pytest
from django.utils import timezone

from tests.factories import NOW, make_agent, make_category, make_policy, make_queue, make_ticket, make_user
from tests.tickets.views.test_list import as_
from tickets.operations import assigning, resolution

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", [1, 3])
def test_the_start_page_costs_the_same_with_one_and_three_tickets(number: int, django_assert_num_queries) -> None:
    queue = make_queue()
    client = as_(make_agent(queue))
    for _ in range(number):
        make_ticket(queue)

    with django_assert_num_queries(11):
        response = client.get("/start/")

    assert response.context["today"].unassigned == number


def test_an_agent_sees_their_day_and_nothing_of_other_queues() -> None:
    ours, theirs = make_queue(policy=make_policy(first_response=30)), make_queue()
    agent, colleague = make_agent(ours), make_agent(ours)
    now = timezone.now()
    late, solved, hidden = make_ticket(ours, now=NOW), make_ticket(ours), make_ticket(theirs, subject="fremd")
    assigning.take(late, by=agent, now=NOW)
    resolution.resolve(solved, solution="x", by=agent, now=now)
    resolution.resolve(make_ticket(ours), solution="x", by=colleague, now=now)

    page = as_(agent).get("/start/")

    today = page.context["today"]
    assert (today.mine, today.solved_by_me, today.solved, today.unassigned) == (1, 1, 2, 0)
    assert [(row.queue, row.open) for row in today.backlog] == [(ours, 1)]
    assert hidden.subject not in page.content.decode()


@pytest.mark.parametrize("address", ["/start/", "/start/overview/"])
def test_only_staff_sees_the_numbers(address: str) -> None:
    assert as_(make_user()).get(address).status_code == 404
    assert as_(make_agent()).get(address).status_code == 200


def test_the_overview_counts_what_was_resolved() -> None:
    queue = make_queue()
    agent = make_agent(queue)
    resolution.resolve(make_ticket(queue), solution="x", by=agent, now=timezone.now())

    page = as_(agent).get("/start/overview/")

    assert page.context["figures"]["resolved"] == 1
    assert page.context["first_level_share"] == 100
    assert [bar["day"].resolved for bar in page.context["days"]] == [0] * 13 + [1]


@pytest.mark.parametrize("number", [1, 3])
def test_the_overview_counts_by_type_and_category_at_the_same_cost(number: int, django_assert_num_queries) -> None:
    queue = make_queue()
    agent = make_agent(queue, language="en")
    printers = make_category(name_en="Printers")
    for _ in range(number):
        ticket = make_ticket(queue, ticket_kind="request", category=printers)
        resolution.resolve(ticket, solution="Neustart", by=agent, now=timezone.now())
    foreign = make_ticket(make_queue(), ticket_kind="complaint")
    resolution.resolve(foreign, solution="Neustart", by=make_agent(), now=timezone.now())
    client = as_(agent)

    with django_assert_num_queries(8):
        response = client.get("/start/overview/")

    assert [(part.name, part.resolved, *more) for part, *more in response.context["kinds"]] == [
        ("Service request", number, 100, 100)
    ]
    assert [(part.name, part.resolved) for part, *_ in response.context["categories"]] == [("Printers", number)]


def test_the_most_frequent_category_comes_first_and_none_comes_last() -> None:
    queue = make_queue()
    agent = make_agent(queue, language="en")
    rare, often = make_category(name_en="Rare"), make_category(name_en="Often")
    for category in (None, None, None, rare, often, often):
        resolution.resolve(make_ticket(queue, category=category), solution="Neustart", by=agent, now=timezone.now())

    response = as_(agent).get("/start/overview/")

    assert [part.name for part, *_ in response.context["categories"]] == ["Often", "Rare", "no category"]
