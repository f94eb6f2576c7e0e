"""The small helpdesk, for every test that wants one, and every place that shows what strangers write."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from helpdesk.untrusted import world as places_world
from helpdesk.untrusted.rendering import Row, render, stage
from tests.security.world import World, make_world

Places = Callable[..., dict[str, str]]


@pytest.fixture
def world(db: None) -> World:
    """Make one of everything."""
    return make_world()


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
