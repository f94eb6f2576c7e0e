"""Nobody chooses in a form as whom they write (OTRS took From and drafts from parameters; also CVE-2020-1767)."""

import uuid

from django.test import Client

from people.models import User
from tests.factories import make_agent
from tickets.models import Draft, Message, Queue, Ticket


def test_author_and_sender_in_the_form_are_not_read(ticket: Ticket, queue: Queue, client: Client) -> None:
    agent, other = make_agent(queue), make_agent(queue)
    client.force_login(agent)
    client.post(
        f"/tickets/{ticket.pk}/messages/",
        {
            "body": "Bitte neu starten.", "then": "keep", "client_id": str(uuid.uuid4()), "from": other.email,
            "author": other.pk, "author_id": other.pk, "by": other.pk, "is_from_staff": "0", "message_id": "<x@evil.example>",
            "sender": "ceo@helpdesk.example", "our_address": "ceo@helpdesk.example",
        },
    )  # fmt: skip

    message = Message.objects.filter(ticket=ticket, kind=Message.Kind.REPLY).get()
    assert (message.author, message.is_from_staff) == (agent, True)
    assert "evil" not in message.message_id
    ticket.refresh_from_db()
    assert ticket.our_address != "ceo@helpdesk.example"


def test_a_colleagues_draft_is_neither_shown_nor_sent(ticket: Ticket, queue: Queue, client: Client) -> None:
    agent, other = make_agent(queue), make_agent(queue)
    Draft.objects.create(
        ticket=ticket, user=other, kind=Draft.Kind.REPLY, body="Nur von mir.", version=3, updated_at=ticket.created_at
    )
    client.force_login(agent)

    assert "Nur von mir." not in client.get(f"/tickets/{ticket.pk}/").content.decode()
    client.post(f"/tickets/{ticket.pk}/drafts/reply/", {"body": "x", "version": "3", "user": other.pk})
    assert Draft.objects.get(user=other).body == "Nur von mir."
    assert User.objects.get(pk=other.pk).drafts.count() == 1
