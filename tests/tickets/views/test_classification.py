"""Type and category: set on the ticket's page, and what the list is narrowed to."""

from typing import Any

import pytest
from django.test import Client

from people.models import User
from tests.factories import make_agent, make_category, make_queue, make_ticket
from tickets.models import Membership, Queue, Ticket

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def queue() -> Queue:
    return make_queue()


@pytest.fixture
def agent(queue: Queue) -> User:
    return make_agent(queue, language="en")


def as_(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def subjects(response: Any) -> list[str]:
    return sorted(ticket.subject for ticket in response.context["page"].tickets)


def test_one_press_sets_the_type_and_one_the_category_without_scripts(queue: Queue, agent: User) -> None:
    ticket, category = make_ticket(queue), make_category()
    client, address = as_(agent), f"/tickets/{ticket.pk}/classification/"

    answers = [client.post(address, {"kind": "request"}), client.post(address, {"category": category.pk})]

    ticket.refresh_from_db()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (ticket.kind, ticket.category) == (Ticket.Kind.REQUEST, category)

    client.post(address, {"category": ""})
    ticket.refresh_from_db()
    assert (ticket.kind, ticket.category) == (Ticket.Kind.REQUEST, None)


def test_with_scripts_the_head_comes_anew(queue: Queue, agent: User) -> None:
    ticket = make_ticket(queue)
    make_category(name_en="Printers")

    page = as_(agent).post(f"/tickets/{ticket.pk}/classification/", {"kind": "complaint"}, headers=HTMX)

    assert page.status_code == 200
    assert 'value="complaint" aria-pressed="true"' in page.content.decode()
    assert "Printers" in page.content.decode()


@pytest.mark.parametrize("sent", [{}, {"kind": "nonsense"}, {"category": "999999"}, {"category": "x"}])
def test_what_cannot_be_is_refused(queue: Queue, agent: User, sent: dict[str, str]) -> None:
    ticket = make_ticket(queue)

    response = as_(agent).post(f"/tickets/{ticket.pk}/classification/", sent)

    ticket.refresh_from_db()
    assert (response.status_code, ticket.version) == (422, 1)


def test_who_only_reads_sees_both_and_changes_neither(queue: Queue) -> None:
    ticket = make_ticket(queue, ticket_kind=Ticket.Kind.QUESTION, category=make_category(name_en="Printers"))
    client = as_(make_agent(queue, Membership.Level.VIEW, language="en"))

    page = client.get(f"/tickets/{ticket.pk}/").content.decode()

    assert "Question · Printers" in page
    assert "classification" not in page
    assert client.post(f"/tickets/{ticket.pk}/classification/", {"kind": "request"}).status_code == 403


def test_the_list_is_narrowed_to_a_type_and_a_category(queue: Queue, agent: User) -> None:
    printers, vpn = make_category(name_en="Printers"), make_category()
    make_ticket(queue, subject="a", ticket_kind=Ticket.Kind.REQUEST, category=printers)
    make_ticket(queue, subject="b", ticket_kind=Ticket.Kind.REQUEST, category=vpn)
    make_ticket(queue, subject="c", category=printers)
    make_ticket(queue, subject="d")
    client = as_(agent)

    def shown(query: str) -> list[str]:
        return subjects(client.get(f"/tickets/?{query}"))

    assert shown("view=open&kind=request") == ["a", "b"]
    assert shown(f"view=open&category={printers.pk}") == ["a", "c"]
    assert shown(f"queue={queue.slug}&kind=request&category={printers.pk}") == ["a"]
    assert shown("view=open&category=none") == ["d"]
    assert shown(f"q=VPN&kind=incident&category={printers.pk}") == ["c"]
    assert shown("view=open&kind=nonsense&category=nonsense") == ["a", "b", "c", "d"]
    assert shown("view=open&category=99999999999999999999999") == ["a", "b", "c", "d"]


def test_a_narrowed_list_counts_itself_says_what_it_shows_and_leads_back(queue: Queue, agent: User) -> None:
    printers = make_category(name_en="Printers")
    make_ticket(queue, ticket_kind=Ticket.Kind.REQUEST, category=printers)
    make_ticket(queue)

    response = as_(agent).get(f"/tickets/?view=open&kind=request&category={printers.pk}")

    assert response.context["view_count"] == 1
    assert response.context["filters"] == [
        ("Service request", f"view=open&category={printers.pk}"),
        ("Printers", "view=open&kind=request"),
    ]
    assert "view=open&amp;kind=request&amp;category=" in response.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_a_narrowed_list_costs_the_same_with_one_and_three_tickets(
    queue: Queue, agent: User, number: int, django_assert_num_queries: Any
) -> None:
    category = make_category()
    for _ in range(number):
        make_ticket(queue, category=category)
        make_category()
    client = as_(agent)

    with django_assert_num_queries(8):
        response = client.get(f"/tickets/?view=open&kind=incident&category={category.pk}")

    assert len(subjects(response)) == number


def test_hits_of_a_search_say_type_and_category(queue: Queue, agent: User) -> None:
    make_ticket(queue, ticket_kind=Ticket.Kind.COMPLAINT, category=make_category(name_en="Printers"))
    client = as_(agent)

    assert "Complaint · Printers" in client.get("/tickets/?q=VPN").content.decode()
    assert "Complaint · Printers" not in client.get("/tickets/?view=open").content.decode()


def test_the_news_of_a_narrowed_list_count_only_what_belongs_there(queue: Queue, agent: User) -> None:
    make_ticket(queue, ticket_kind=Ticket.Kind.REQUEST)
    old = make_ticket(queue)
    client = as_(agent)

    none = client.get(f"/tickets/news/?view=open&kind=request&newest={old.pk}&known=1")
    make_ticket(queue)
    still_none = client.get(f"/tickets/news/?view=open&kind=request&newest={old.pk}&known=1")
    make_ticket(queue, ticket_kind=Ticket.Kind.REQUEST)
    one = client.get(f"/tickets/news/?view=open&kind=request&newest={old.pk}&known=1")

    assert [page.context["fresh"] for page in (none, still_none, one)] == [0, 0, 1]


def test_the_organisation_of_the_requester_stands_beside_the_ticket(queue: Queue, agent: User) -> None:
    from tests.factories import make_organisation, make_user

    ida = make_user(organisation=make_organisation(name="Nord GmbH"))
    ticket = make_ticket(queue, requester=ida)

    assert "Nord GmbH" in as_(agent).get(f"/tickets/{ticket.pk}/").content.decode()
