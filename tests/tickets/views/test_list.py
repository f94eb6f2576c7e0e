"""The list of tickets: what is in it, for whom, and at which price."""

import pytest
from django.test import Client

from people.models import User
from tests.factories import NOW, make_agent, make_levels, make_policy, make_queue, make_ticket, make_user
from tickets.models import Membership, Ticket
from tickets.operations import assigning, escalation, holding, noting, resolution

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def subjects(response) -> list[str]:
    return [ticket.subject for ticket in response.context["page"].tickets]


def test_strangers_are_sent_to_the_login_and_requesters_find_nothing() -> None:
    ticket = make_ticket()

    assert Client().get("/tickets/").status_code == 302
    assert as_(ticket.requester).get("/tickets/").status_code == 404
    assert as_(ticket.requester).get("/tickets/news/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_with_one_and_three_tickets(number: int, django_assert_num_queries) -> None:
    queue = make_queue()
    client = as_(make_agent(queue))
    for _ in range(number):
        make_ticket(queue)

    with django_assert_num_queries(7):
        response = client.get("/tickets/")

    assert len(subjects(response)) == number


def test_an_agent_sees_the_queues_they_belong_to_and_what_they_care_for() -> None:
    ours, theirs = make_queue(), make_queue()
    agent = make_agent(ours)
    make_ticket(ours, subject="unser")
    make_ticket(theirs, subject="fremd")

    response = as_(agent).get("/tickets/?view=open")

    assert subjects(response) == ["unser"]
    assert b"fremd" not in response.content
    assert response.context["counts"].by_view["open"] == 1
    assert [queue for queue, _ in response.context["counts"].queues] == [ours]


def test_a_foreign_queue_in_the_address_shows_ones_own_tickets_only() -> None:
    ours, theirs = make_queue(), make_queue()
    make_ticket(theirs, subject="fremd")

    response = as_(make_agent(ours)).get(f"/tickets/?queue={theirs.slug}")

    assert subjects(response) == []
    assert b"fremd" not in response.content


def test_each_view_keeps_what_its_name_says() -> None:
    queue = make_queue(policy=make_policy(first_response=30))
    agent, colleague = make_agent(queue), make_agent(queue)
    mine = make_ticket(queue, subject="meins")
    waiting = make_ticket(queue, subject="wartet")
    make_ticket(queue, subject="frei")
    assigning.take(mine, by=agent, now=NOW)
    assigning.take(waiting, by=colleague, now=NOW)
    holding.hold(waiting, state=Ticket.State.PENDING_THIRD, by=colleague, now=NOW)
    client = as_(agent)

    def shown(view: str) -> set[str]:
        return set(subjects(client.get(f"/tickets/?view={view}")))

    assert shown("mine") == {"meins"}
    assert shown("unassigned") == {"frei"}
    assert shown("waiting") == {"wartet"}
    assert shown("unanswered") == shown("open") == shown("risk") == {"meins", "wartet", "frei"}
    assert client.get("/tickets/").context["counts"].by_view == {
        "mine": 1, "callbacks": 0, "deputy": 0, "risk": 3, "unanswered": 3, "upset": 0, "unassigned": 1, "waiting": 1,
        "open": 3, "offered": 0, "called": 0,
    }  # fmt: skip


def test_resolved_tickets_leave_the_list_for_the_view_of_resolved_ones() -> None:
    from django.utils import timezone

    queue = make_queue()
    agent = make_agent(queue)
    resolution.resolve(make_ticket(queue, subject="fertig"), solution="Neustart", by=agent, now=timezone.now())
    client = as_(agent)

    assert subjects(client.get("/tickets/?view=open")) == []
    assert subjects(client.get("/tickets/?view=resolved")) == ["fertig"]


def test_more_rows_come_a_page_at_a_time() -> None:
    queue = make_queue()
    for number in range(27):
        make_ticket(queue, subject=f"Nummer {number}")
    client = as_(make_agent(queue))

    first = client.get("/tickets/")
    more = client.get("/tickets/?page=2", headers={"HX-Request": "true", "HX-Target": "more"})

    assert len(subjects(first)) == 25
    assert len(subjects(more)) == 2
    assert b"<html" not in more.content


def test_the_search_finds_words_numbers_and_notes_of_what_one_may_see() -> None:
    ours, theirs = make_queue(), make_queue()
    agent = make_agent(ours)
    ticket = make_ticket(ours, subject="Drucker streikt", text="Der Toner ist leer.")
    noting.note(make_ticket(ours, subject="Notiz"), text="Vermutlich Quarzuhr", by=agent, now=NOW)
    make_ticket(theirs, subject="Drucker fremd", text="Toner")
    client = as_(agent)

    assert subjects(client.get("/tickets/search/?q=Toner")) == ["Drucker streikt"]
    assert subjects(client.get("/tickets/search/?q=Quarzuhr")) == ["Notiz"]
    assert subjects(client.get(f"/tickets/search/?q=%23{ticket.pk}")) == ["Drucker streikt"]
    assert subjects(client.get("/tickets/search/?q=Kolibri")) == []


def test_news_count_what_came_in_since() -> None:
    queue = make_queue()
    client = as_(make_agent(queue))
    newest = make_ticket(queue).pk

    quiet = client.get(f"/tickets/news/?view=open&newest={newest}&known=1")
    make_ticket(queue)
    fresh = client.get(f"/tickets/news/?view=open&newest={newest}&known=1")

    assert quiet.context["fresh"] == 0
    assert fresh.context["fresh"] == 1


def test_an_escalated_ticket_is_news_in_the_second_level_queue() -> None:
    first, second = make_levels()
    ticket = make_ticket(first)
    client = as_(make_agent(second))

    escalation.escalate(ticket, reason="zu tief", by=None, now=NOW)

    address = f"/tickets/news/?queue={second.slug}&newest={ticket.pk}&known=0"
    assert client.get(address).context["fresh"] == 1


def test_a_row_is_shown_only_to_those_who_see_its_ticket() -> None:
    ours, theirs = make_queue(), make_queue()
    foreign = make_ticket(theirs)
    agent = make_agent(ours, level=Membership.Level.VIEW)

    assert as_(agent).get(f"/tickets/{foreign.pk}/row/").status_code == 404
    assert as_(agent).get(f"/tickets/{make_ticket(ours).pk}/row/").status_code == 200
    assert as_(make_user()).get(f"/tickets/{foreign.pk}/row/").status_code == 404
