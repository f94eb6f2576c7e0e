"""E-mail address and ticket number open no ticket: a guest needs a signed link that expires and can be revoked."""

import pytest
from django.core import signing
from django.test import Client

from notifications import links
from people.models import User
from tickets.models import Ticket


def _path(ticket: Ticket, person: User) -> str:
    return links.ticket_link(ticket, person).partition("/request/")[2].strip("/")


def test_the_signed_link_opens_the_ticket(ticket: Ticket, client: Client) -> None:
    assert client.get(f"/request/{_path(ticket, ticket.requester)}/", follow=True).status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        lambda t: f"{t.pk}",
        lambda t: f"{t.pk}:{t.requester.email}",
        lambda t: signing.dumps({"t": t.token, "p": t.requester_id}, salt="another"),
        lambda t: signing.dumps({"t": t.pk, "p": t.requester_id}, salt=links.SALT),
        lambda t: signing.dumps({"t": True, "p": t.requester_id}, salt=links.SALT),
        lambda t: signing.dumps({"t": 0, "p": 0}, salt=links.SALT),
        lambda t: signing.dumps({"t": t.token, "p": t.requester_id + 1}, salt=links.SALT),
        lambda t: _path(t, t.requester)[:-1] + ("a" if _path(t, t.requester)[-1] != "a" else "b"),
    ],
)
def test_nothing_else_does(ticket: Ticket, client: Client, forged: object) -> None:
    answer = client.get(f"/request/{forged(ticket)}/", follow=True)  # type: ignore[operator]

    assert answer.status_code in (403, 404, 410)
    assert ticket.subject not in answer.content.decode()


def test_a_new_token_revokes_the_links(ticket: Ticket, client: Client) -> None:
    signed = _path(ticket, ticket.requester)
    Ticket.objects.filter(pk=ticket.pk).update(token="another")

    assert client.get(f"/request/{signed}/", follow=True).status_code in (403, 404, 410)
