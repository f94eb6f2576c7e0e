"""The requester keeps one contact and reads since when the specialists have it."""

import pytest
from django.test import Client

from tests.factories import later, make_agent, make_handover, make_levels, make_ticket, make_user
from tickets.models import Handover
from tickets.operations import handing_over

pytestmark = pytest.mark.django_db


def test_a_handed_over_request_names_its_one_contact_and_since_when_the_specialists_have_it(client: Client) -> None:
    first, second = make_levels()
    person = make_user(language="en")
    owner, specialist = make_agent(first, name="Anna First"), make_agent(second, name="Zoe Second")
    ticket = make_ticket(first, requester=person)
    client.force_login(person)
    before = client.get(f"/requests/{ticket.pk}/").content.decode()

    make_handover(ticket, second, by=owner, now=later(5), hypothesis="nothing for the requester")
    handed = client.get(f"/requests/{ticket.pk}/")
    handing_over.return_(ticket, reason=Handover.Return.OTHER, words="internal words", by=specialist, now=later(9))
    back = client.get(f"/requests/{ticket.pk}/").content.decode()

    assert "with the specialists since" not in before
    assert handed.context["specialists_since"] == later(5)
    assert "Anna First takes care of it" in handed.content.decode()
    assert "with the specialists since" in handed.content.decode()
    assert "with the specialists since" not in back
    for secret in ("nothing for the requester", "internal words", "Zoe Second"):
        assert secret not in handed.content.decode() + back
