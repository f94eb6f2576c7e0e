"""The small helpdesk, for every test that wants one, and every place that shows what strangers write."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from helpdesk.untrusted import world as places_world
from helpdesk.untrusted.rendering import Row, render, stage
from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.factories import make_agent, make_queue
from tests.security.world import World, make_world
from tickets.models import Queue, Ticket

Places = Callable[..., dict[str, str]]


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


@pytest.fixture(scope="module")
def on_stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[places_world.World]:
    """Give what the places need, once for a module, in tables of its own."""
    with django_db_blocker.unblock(), stage() as made:
        yield made


@pytest.fixture
def places(on_stage: places_world.World, db: None) -> Places:
    """Give a function that shows a payload in the places of its group, or in those that are named."""

    def show(group: str, payload: str, *names: str) -> dict[str, str]:
        wanted = (lambda place: place in names) if names else (lambda place: True)
        shown = list(render(on_stage, Row(group, group, payload), wanted))
        assert [one.failure for one in shown if one.failure] == []
        assert {*names} <= {one.place for one in shown}
        return {one.place: one.html for one in shown}

    return show
