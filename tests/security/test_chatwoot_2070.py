"""Who only types an address and a number gets nobody's conversation."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from channels_intake.chat.watching import watch
from channels_intake.models import Chat
from tests.security.world import World
from tickets.models import Ticket

NUMBERS = ["[#{0}]", "[[#{0}]]", "[[[#{0}]]]", "[#[#{0}]]", "[ [#{0}] #{0}]", "Re: [#{0}] x", "[[#1]#{0}]"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_guest_with_anothers_address_starts_a_conversation_of_their_own(world: World, number: str) -> None:
    Chat.objects.all().delete()
    watch(world.people["work"], timezone.now())
    ticket, guest = world.own.ticket, Client()
    said = ticket.messages.count()

    begun = guest.post("/intake/chat/", _form(text=number.format(ticket.pk)))
    window = guest.get(begun["Location"])

    assert window.status_code == 200
    assert b"answer own" not in window.content
    assert Chat.objects.get().ticket != ticket
    assert ticket.messages.count() == said


@pytest.mark.parametrize("number", NUMBERS)
def test_a_guest_writes_into_no_older_request_by_the_form_of_the_portal(world: World, number: str) -> None:
    ticket = world.own.ticket
    said = ticket.messages.count()

    Client().post("/request/new/", _form(text="Hello", subject=number.format(ticket.pk)))

    assert ticket.messages.count() == said
    assert Ticket.objects.filter(requester=world.people["requester"]).count() == 2


def test_the_cookie_of_one_chat_opens_no_other(world: World) -> None:
    Chat.objects.all().delete()
    watch(world.people["work"], timezone.now())
    mallory, victim = Client(), Client()
    mallory.post("/intake/chat/", _form(text="Mine", email="mallory@evil.example"))
    theirs = victim.post("/intake/chat/", _form(text="SECRET of Rita"))["Location"]
    key = theirs.rstrip("/").rpartition("/")[2]

    own = mallory.cookies["chat"].value
    tried = [own, f"{key}.{own.partition('.')[2]}", f"{key}.", key, f"{key}.%", ""]
    answers = []
    for cookie in tried:
        mallory.cookies["chat"] = cookie
        answers += [mallory.get(f"{theirs}{part}").status_code for part in ("", "lines/")]
        answers.append(mallory.post(f"{theirs}lines/", _form(text="I am Rita")).status_code)

    assert set(answers) == {404}
    assert b"SECRET of Rita" in victim.get(theirs).content


def _form(**fields: str) -> dict[str, str]:
    return {"name": "Mallory", "email": "rita@kunde.example", "client_id": str(uuid.uuid4()), **fields}
