"""The page of a ticket: who sees it, what it costs, and that notes stay inside."""

import pytest

from tests.factories import NOW, later, make_agent, make_article, make_levels, make_queue, make_ticket, make_user
from tests.tickets.views.test_list import as_
from tickets.models import Membership, Message, Suggestion
from tickets.operations import assigning, escalation, noting, replying, trying

pytestmark = pytest.mark.django_db

READS = ["", "row/", "thread/"]
ASKS = [
    "handover/return/",
    "handover/result/",
    "lead-call/",
    "lead-call/answer/",
    "assignment/",
    "routing/",
    "escalation/",
    "hold/",
    "resolution/",
    "reopening/",
    "void/",
    "priority/",
]
WRITES = [
    *ASKS,
    "escalation/completeness/",
    "handover/acceptance/",
    "messages/",
    "notes/",
    "taking/",
    "resumption/",
    "attempts/",
    "drafts/reply/",
]


def converse(ticket, agent, rounds: int) -> None:
    for number in range(rounds):
        replying.reply(ticket, text=f"Antwort {number}", by=agent, now=later(number * 3))
        replying.receive_message(
            ticket, author=ticket.requester, text="Danke", channel="email", now=later(number * 3 + 1)
        )
        noting.note(ticket, text="Notiz", by=agent, now=later(number * 3 + 2))


@pytest.mark.parametrize("rounds", [1, 7])
def test_a_ticket_costs_the_same_with_few_and_many_messages(rounds: int, django_assert_num_queries) -> None:
    queue = make_queue()
    agent = make_agent(queue)
    ticket = make_ticket(queue)
    make_ticket(queue, requester=ticket.requester)
    Suggestion.objects.create(ticket=ticket, position=1, text=make_article(), score=1, words=["vpn"])
    converse(ticket, agent, rounds)
    client = as_(agent)

    with django_assert_num_queries(13):
        page = client.get(f"/tickets/{ticket.pk}/")
    with django_assert_num_queries(9):
        part = client.get(f"/tickets/{ticket.pk}/", headers={"HX-Request": "true", "HX-Target": "talk"})

    assert len([entry for entry in page.context["talk"].entries if hasattr(entry, "message")]) == 1 + 3 * rounds
    assert b"<html" not in part.content


@pytest.mark.parametrize("path", READS + WRITES)
def test_nobody_reaches_a_ticket_they_may_not_see(path: str) -> None:
    ticket = make_ticket(make_queue())
    address = f"/tickets/{ticket.pk}/{path}"
    method = "post" if path in WRITES else "get"

    assert getattr(as_(make_agent(make_queue())), method)(address).status_code == 404
    assert getattr(as_(ticket.requester), method)(address).status_code == 404
    assert getattr(as_(make_user()), method)(address).status_code == 404


@pytest.mark.parametrize("path", WRITES)
def test_who_may_only_view_changes_nothing(path: str) -> None:
    queue = make_queue()
    ticket = make_ticket(queue)
    client = as_(make_agent(queue, level=Membership.Level.VIEW))

    response = client.post(f"/tickets/{ticket.pk}/{path}", {"body": "Text", "version": 0, "reason": "spam"})

    version = ticket.version
    ticket.refresh_from_db()
    assert response.status_code == 403
    assert ticket.version == version


def test_who_may_only_view_gets_no_forms() -> None:
    queue = make_queue()
    ticket = make_ticket(queue)

    page = as_(make_agent(queue, level=Membership.Level.VIEW)).get(f"/tickets/{ticket.pk}/")

    assert b"reply-form" not in page.content.replace(b'form="reply-form"', b"")
    assert b"taking/" not in page.content


def test_a_member_who_replies_may_not_escalate() -> None:
    first, _ = make_levels()
    ticket = make_ticket(first)
    client = as_(make_agent(first, level=Membership.Level.REPLY))

    assert client.post(f"/tickets/{ticket.pk}/escalation/", {"reason": "so"}).status_code == 403
    assert client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Hallo", "then": "resolve"}).status_code == 403
    assert client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Hallo"}).status_code == 302
    assert Message.objects.filter(ticket=ticket, kind="reply").count() == 1


def test_the_second_level_reads_why_a_ticket_came_and_what_was_tried() -> None:
    first, second = make_levels()
    agent = make_agent(first, name="Erika Erstlevel")
    ticket = make_ticket(first)
    assigning.take(ticket, by=agent, now=NOW)
    trying.try_solution(ticket, text=make_article("Drucker neu starten"), by=agent, now=NOW)
    escalation.escalate(ticket, reason="Der Treiber ist defekt.", by=agent, now=later(5))

    page = as_(make_agent(second)).get(f"/tickets/{ticket.pk}/")

    box = page.context["handover"]
    assert (box.offered_by.name, box.summary) == ("Erika Erstlevel", "Der Treiber ist defekt.")
    assert [title for title, *_ in page.context["handover_tried"]] == ["Drucker neu starten"]
    assert page.context["ticket"].case_owner == agent


def test_hostile_words_are_shown_and_do_nothing() -> None:
    queue = make_queue()
    ticket = make_ticket(queue, subject="<script>alert(1)</script>", text="<img src=x onerror=alert(2)>")
    noting.note(
        ticket, text="<b>x", html='<p onclick="x()">fett</p><script>y()</script>', by=make_agent(queue), now=NOW
    )

    page = as_(make_agent(queue)).get(f"/tickets/{ticket.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "onclick" not in page
    assert "y()" not in page
