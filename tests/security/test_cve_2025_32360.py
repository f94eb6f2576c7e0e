"""A draft is its writer's alone."""

import pytest

from tests.security.world import ROLES, World, address
from tickets.models import Draft


@pytest.mark.parametrize("role", [role for role in ROLES if role != "work"])
def test_nobody_but_its_writer_reads_a_draft(world: World, role: str) -> None:
    names = ["tickets:show", "tickets:thread", "portal:request", "portal:ticket_by_link", "intake:chat_desk"]

    pages = [world.client(role).get(address(world, name)).content for name in names]

    assert not any(b"draft own" in page for page in pages)
    assert b"draft own" in world.client("work").get(address(world, "tickets:show")).content


def test_saving_a_draft_neither_shows_nor_touches_a_colleagues(world: World) -> None:
    answer = world.client("reply").post(address(world, "tickets:drafts"), {"body": "<p>mine</p>", "version": "0"})

    assert b"draft own" not in answer.content
    assert Draft.objects.get(pk=world.own.draft.pk).body == "<p>draft own</p>"
    assert Draft.objects.filter(ticket=world.own.ticket).count() == 2
