"""A chat that runs, and what its visitor and the agents do with it."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from channels_intake.chat.envelopes import to_envelope
from channels_intake.chat.talking import Started, start
from channels_intake.models import Chat
from people.models import User
from tests.factories import make_agent
from tickets.models import Queue


def begin(address: str = "vera@kunde.example", text: str = "Mein VPN geht nicht mehr.") -> Started:
    """Start a chat."""
    envelope = to_envelope(address=address, name="Vera Kundin", text=text, client_id=uuid.uuid4(), language="de")
    return start(envelope, now=timezone.now())


def visitor_of(started: Started) -> Client:
    """Give the browser of a chat's visitor."""
    client = Client()
    client.cookies["chat"] = f"{started.chat.key}.{started.secret}"
    return client


@pytest.fixture
def started(queue: Queue) -> Started:
    """Give a running chat."""
    return begin()


@pytest.fixture
def chat(started: Started) -> Chat:
    """Give the chat itself."""
    return started.chat


@pytest.fixture
def visitor(started: Started) -> Client:
    """Give its visitor's browser."""
    return visitor_of(started)


@pytest.fixture
def agent(queue: Queue) -> User:
    """Give an agent of the queue."""
    return make_agent(queue)
