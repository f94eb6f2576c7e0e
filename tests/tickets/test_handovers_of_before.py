"""Escalations of before there were hand-overs stay readable."""

from importlib import import_module

import pytest
from django.apps import apps

from tests.factories import NOW, later, make_agent, make_levels, make_ticket
from tickets.models import Event, Ticket

pytestmark = pytest.mark.django_db


def test_an_escalation_of_before_becomes_a_hand_over_taken_by_whoever_was_assigned_next() -> None:
    first, second = make_levels()
    agent, specialist, ticket = make_agent(first), make_agent(second), make_ticket(first)
    facts = {"origin": first.pk, "target": second.pk}
    Event.objects.create(ticket=ticket, kind="escalated", at=later(1), by=agent, facts=facts | {"reason": "Rechte"})
    Event.objects.create(ticket=ticket, kind="assigned", at=later(9), by=specialist, facts={"target": specialist.pk})
    Ticket.objects.filter(pk=ticket.pk).update(queue=second, assignee=specialist)

    import_module("tickets.migrations.0019_handovers_of_before").keep(apps, None)

    ticket.refresh_from_db()
    handover = ticket.handovers.get()
    assert (handover.summary, handover.direction, handover.state) == ("Rechte", "up", "accepted")
    assert (handover.offered_by, handover.accepted_by, handover.accepted_at) == (agent, specialist, later(9))
    assert (handover.is_running, ticket.hops, handover.offered_at > NOW) == (True, 1, True)
