"""What a list hides no search, filter, number or counter shows (helpdesk advisories of 2026)."""

import pytest

from tests.security.world import World, address


@pytest.mark.parametrize("role", ["work", "view"])
def test_another_queues_ticket_is_found_by_no_search_and_no_filter(world: World, role: str) -> None:
    client, foreign = world.client(role), world.foreign.ticket

    for asked in (
        {"q": "foreign"}, {"q": f"#{foreign.pk}"}, {"q": str(foreign.pk)}, {"q": "subject"}, {"q": "otto"},
        {"queue": "elsewhere"}, {"view": "open"}, {"view": "unassigned"}, {"view": "resolved"}, {},
    ):  # fmt: skip
        for name in ("tickets:list", "tickets:search", "tickets:news"):
            for part in ({}, {"HX-Request": "true", "HX-Target": "list"}, {"HX-Request": "true", "HX-Target": "more"}):
                page = client.get(address(world, name), asked, headers=part).content.decode()
                assert "subject foreign" not in page
                assert f"/tickets/{foreign.pk}/" not in page


def test_another_queues_tickets_are_not_counted(world: World) -> None:
    inside, outside = world.client("work"), world.client("outsider")

    assert inside.get(address(world, "tickets:list")).context["counts"].by_view["open"] == 2  # its own, and an incident
    assert outside.get(address(world, "tickets:list")).context["counts"].by_view["open"] == 1
    assert world.client("lead").get(address(world, "tickets:list")).context["counts"].by_view["open"] == 3


def test_a_ticket_that_is_named_in_a_form_has_to_be_ones_own_to_see(world: World) -> None:
    form = {"reason": "merged", "goes_on_in": world.foreign.ticket.pk}

    answer = world.client("work").post(address(world, "tickets:void"), form)

    world.own.ticket.refresh_from_db()
    assert (answer.status_code, world.own.ticket.state, world.own.ticket.merged_into) == (422, "open", None)
