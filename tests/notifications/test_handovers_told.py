"""Who hears of a hand-over's fate and of calls for a lead."""

import pytest

from notifications.models import Delivery
from people.models import User
from tests.factories import NOW, later, make_agent, make_handover, make_levels, make_ticket
from tickets import relay
from tickets.models import Handover, Membership
from tickets.operations import assigning, calling_lead, handing_over

pytestmark = pytest.mark.django_db


def told(kind: str) -> set[tuple[User, str]]:
    while relay.relay_due(later(days=9)):
        pass
    return {(one.recipient, one.medium) for one in Delivery.objects.filter(event__kind=kind)}


def test_whoever_gets_it_back_is_told_and_mailed() -> None:
    first, second = make_levels()
    agent, specialist, ticket = make_agent(first), make_agent(second), make_ticket(first)
    assigning.take(ticket, by=agent, now=NOW)
    make_handover(ticket, second, by=agent)

    handing_over.return_(ticket, reason=Handover.Return.OTHER, words="Nein", by=specialist, now=later(1))

    assert told("returned") == {(agent, "inapp"), (agent, "mail")}


def test_who_offered_it_hears_that_it_was_accepted() -> None:
    first, second = make_levels()
    agent, specialist, ticket = make_agent(first), make_agent(second), make_ticket(first)
    make_handover(ticket, second, by=agent)

    handing_over.accept(ticket, by=specialist, now=later(1))

    assert told("accepted") == {(agent, "inapp")}


def test_the_leads_of_the_queue_are_called_else_all_leads() -> None:
    first, second = make_levels()
    lead, overall = make_agent(first, Membership.Level.LEAD), make_agent(role=User.Role.LEAD)
    make_agent(first)
    calling_lead.call_lead(make_ticket(first), reason="VIP", by=make_agent(first), now=NOW)
    assert told("lead_called") == {(lead, "inapp"), (lead, "mail")}
    Delivery.objects.all().delete()

    calling_lead.call_lead(make_ticket(second), reason="VIP", by=make_agent(second), now=NOW)

    assert told("lead_called") == {(overall, "inapp"), (overall, "mail")}


def test_whoever_called_hears_the_answer() -> None:
    first, _ = make_levels()
    agent, lead, ticket = make_agent(first), make_agent(first, Membership.Level.LEAD), make_ticket(first)
    calling_lead.call_lead(ticket, reason="VIP", by=agent, now=NOW)

    calling_lead.answer_call(ticket, words="Ich rufe an", by=lead, now=later(5))

    assert told("lead_replied") == {(agent, "inapp")}
