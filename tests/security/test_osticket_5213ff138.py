"""osTicket 5213ff138: JSON with a name in it was served as HTML."""

import pytest

from people.models import User
from tests.security.world import SECRET, World

NAME = "<img src=x onerror=ran>"


@pytest.mark.parametrize("role", ["anonymous", "work"])
def test_data_are_never_a_page(world: World, role: str) -> None:
    User.objects.update(name=NAME)
    client, ticket = world.client(role), world.own.ticket.pk
    client.cookies["chat"] = f"{world.chat.key}.{SECRET}"
    asked = {
        "anonymous": [client.get(f"/intake/chat/{world.chat.key}/lines/"), client.get("/health/")],
        "work": [
            client.get(f"/intake/chats/{ticket}/lines/"),
            client.post(f"/tickets/{ticket}/drafts/reply/", {"body": NAME, "version": "0"}),
            client.post(f"/tickets/{ticket}/drafts/reply/", {"body": NAME, "version": "x"}),
        ],
    }[role]

    for answer in asked:
        assert answer["Content-Type"].startswith("application/json")
        assert answer["X-Content-Type-Options"] == "nosniff"
