"""The small helpdesk, for every test that wants one."""

from typing import Any

import pytest

from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.factories import make_agent, make_queue
from tests.security.world import World, make_world
from tickets.models import Queue, Ticket


@pytest.fixture
def world(db: None) -> World:
    """Make one of everything."""
    return make_world()


@pytest.fixture
def queue(db: None) -> Queue:
    """Give the queue that takes new tickets."""
    return make_queue(is_default=True)


@pytest.fixture
def agent(queue: Queue, settings: Any) -> User:
    """Give an agent whose address our mail server vouches for."""
    settings.MAIL_AUTHSERV_ID = "mx.helpdesk.example"
    return make_agent(queue, email="anna@helpdesk.example")


@pytest.fixture
def ticket(queue: Queue) -> Ticket:
    """Give a ticket that came by mail."""
    taken = receive(mail())
    assert taken.ticket is not None
    return taken.ticket
