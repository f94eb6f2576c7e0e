"""Calling a lead: nothing moves, somebody who decides is asked, and says what."""

import pytest

from tests.factories import NOW, later, make_agent, make_queue, make_ticket
from tickets.models import Event, Membership
from tickets.operations import calling_lead, resolution

pytestmark = pytest.mark.django_db


def test_a_call_marks_the_ticket_until_a_lead_answers() -> None:
    queue = make_queue()
    ticket, lead = make_ticket(queue), make_agent(queue, Membership.Level.LEAD)

    calling_lead.call_lead(ticket, reason="Der Kunde droht mit Kündigung.", by=make_agent(queue), now=NOW)
    ticket.refresh_from_db()
    called = ticket.lead_called_at
    calling_lead.answer_call(ticket, words="Ich rufe an.", by=lead, now=later(25))

    ticket.refresh_from_db()
    assert (called, ticket.lead_called_at, ticket.queue) == (NOW, None, queue)
    assert ticket.events.get(kind=Event.Kind.LEAD_REPLIED).facts == {"reason": "Ich rufe an.", "minutes": 25}


def test_a_lead_is_called_once_and_with_a_reason() -> None:
    ticket = make_ticket()
    agent = make_agent(ticket.queue)

    with pytest.raises(calling_lead.CannotCall):
        calling_lead.call_lead(ticket, reason=" ", by=agent, now=NOW)
    with pytest.raises(calling_lead.CannotAnswer):
        calling_lead.answer_call(ticket, words="?", by=agent, now=NOW)
    calling_lead.call_lead(ticket, reason="VIP", by=agent, now=NOW)
    with pytest.raises(calling_lead.CannotCall):
        calling_lead.call_lead(ticket, reason="VIP", by=agent, now=later(1))


def test_a_solved_ticket_calls_nobody_any_more() -> None:
    ticket = make_ticket()
    agent = make_agent(ticket.queue)
    calling_lead.call_lead(ticket, reason="VIP", by=agent, now=NOW)

    resolution.resolve(ticket, solution="Erledigt", by=agent, now=later(1))

    ticket.refresh_from_db()
    assert ticket.lead_called_at is None
