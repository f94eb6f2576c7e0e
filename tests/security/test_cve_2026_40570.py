"""What is known about a person, and what they asked for, is told to nobody who may not see it, by no small answer."""

import pytest

from tests.security.world import World, address

SMALL = ["intake:callers", "intake:caller", "intake:calls_new", "settings:people", "settings:person"]


@pytest.mark.parametrize("role", ["anonymous", "requester", "gone"])
@pytest.mark.parametrize("name", SMALL)
def test_requesters_look_up_nobody(world: World, role: str, name: str) -> None:
    asked = {"caller": "otto", "q": "otto", "person": world.people["other"].pk}

    answer = world.client(role).get(address(world, name), asked)

    assert answer.status_code in (302, 404)
    assert b"otto@kunde.example" not in answer.content


def test_the_call_form_shows_a_callers_tickets_only_as_far_as_the_agent_sees_them(world: World) -> None:
    asked = {"person": world.people["other"].pk}

    seen = {
        role: b"subject foreign" in world.client(role).get(address(world, "intake:caller"), asked).content
        for role in ("view", "work", "outsider", "lead")
    }

    assert seen == {"view": False, "work": False, "outsider": True, "lead": True}
