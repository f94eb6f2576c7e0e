"""What happened on a ticket, in words."""

import pytest
from django.utils.translation import override

from tests.factories import later, make_agent, make_ticket, make_user
from tickets import conversation
from tickets.models import Ticket
from tickets.operations.participating import join, leave
from tickets.operations.voiding import not_spam, void

pytestmark = pytest.mark.django_db


def _lines(ticket: Ticket) -> list[str]:
    with override("en"):
        entries = conversation.read(ticket, notes=True).entries
    return [entry.words for entry in entries if isinstance(entry, conversation.Line)]


def test_who_joins_and_leaves_is_told() -> None:
    ticket = make_ticket()
    agent, person = make_agent(ticket.queue), make_user(name="Petra Person")
    join(ticket, addresses=[person.email], by=agent, now=later(minutes=1))
    leave(ticket, person=person, by=agent, now=later(minutes=2))

    assert _lines(ticket)[-2:] == ["let Petra Person take part", "Petra Person takes part no more"]


def test_what_is_no_spam_after_all_says_so() -> None:
    ticket = make_ticket()
    agent = make_agent(ticket.queue)
    void(ticket, reason=Ticket.VoidReason.SPAM, by=agent, now=later(minutes=1))
    not_spam(ticket, by=agent, now=later(minutes=2))

    assert "said that it is no spam" in _lines(ticket)
