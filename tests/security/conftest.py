"""The small helpdesk, for every test that wants one."""

import pytest

from tests.security.world import World, make_world


@pytest.fixture
def world(db: None) -> World:
    """Make one of everything."""
    return make_world()
