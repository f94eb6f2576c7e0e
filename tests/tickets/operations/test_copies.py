"""Copies and blind copies of an answer, and who takes part."""

import pytest

from people.models import User
from tests.factories import NOW, make_agent, make_queue, make_ticket, make_user
from tickets.models import Event, Ticket
from tickets.operations.participating import CannotJoin, TakesNoPart, join, leave
from tickets.operations.replying import reply

pytestmark = pytest.mark.django_db


def parts(ticket: Ticket) -> list[str]:
    return sorted(ticket.participants.values_list("user__email", flat=True))


def test_who_gets_a_copy_takes_part_and_who_gets_a_blind_one_does_not() -> None:
    ticket = make_ticket(make_queue(), language="en")

    message = reply(
        ticket, text="Hello", cc=["Kim@kunde.example"], bcc=["boss@kunde.example"], by=make_agent(), now=NOW
    )

    kim = User.objects.get(email="kim@kunde.example")
    assert message.recipients == {"cc": ["kim@kunde.example"], "bcc": ["boss@kunde.example"]}
    assert parts(ticket) == ["kim@kunde.example"]
    assert (kim.language, kim.has_usable_password(), kim.role) == ("en", False, User.Role.REQUESTER)
    assert User.objects.filter(email="boss@kunde.example").exists()
    assert list(ticket.events.filter(kind=Event.Kind.JOINED).values_list("facts__name", flat=True)) == [
        "kim@kunde.example"
    ]


def test_nobody_gets_two() -> None:
    ticket = make_ticket(make_queue(), participants=[make_user("kim@kunde.example")])
    requester = ticket.requester.email

    message = reply(
        ticket, text="Hello", cc=[requester, "lea@kunde.example"], by=make_agent(), now=NOW,
        bcc=["kim@kunde.example", requester, "lea@kunde.example"],
    )  # fmt: skip

    assert message.recipients == {"cc": ["kim@kunde.example", "lea@kunde.example"]}
    assert parts(ticket) == ["kim@kunde.example", "lea@kunde.example"]


def test_an_answer_to_the_requester_alone_says_nothing_of_recipients() -> None:
    assert reply(make_ticket(make_queue()), text="Hello", by=make_agent(), now=NOW).recipients == {}


def test_people_join_and_leave() -> None:
    ticket, agent = make_ticket(make_queue()), make_agent()

    join(ticket, addresses=["kim@kunde.example", ticket.requester.email], by=agent, now=NOW)
    with pytest.raises(CannotJoin):
        join(ticket, addresses=["kim@kunde.example"], by=agent, now=NOW)
    kim = User.objects.get(email="kim@kunde.example")
    assert parts(ticket) == ["kim@kunde.example"]
    leave(ticket, person=kim, by=agent, now=NOW)
    with pytest.raises(TakesNoPart):
        leave(ticket, person=kim, by=agent, now=NOW)

    kinds = list(ticket.events.order_by("pk").values_list("kind", "facts__name"))
    assert parts(ticket) == []
    assert kinds[1:] == [("joined", "kim@kunde.example"), ("left", "kim@kunde.example")]


def test_nobody_joins_a_void_ticket() -> None:
    ticket = make_ticket(make_queue())
    Ticket.objects.filter(pk=ticket.pk).update(state="void")

    with pytest.raises(CannotJoin):
        join(ticket, addresses=["kim@kunde.example"], by=make_agent(), now=NOW)
