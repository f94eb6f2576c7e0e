"""CVE-2019-16375 (OTRS): the body of a mail ran when an agent wrote the answer that quoted it."""

import re
from html import unescape

import pytest

from tests.security.armed import armed
from tests.security.conftest import Places
from tests.security.vectors import HTML
from tests.security.world import World
from tickets.models import Message

VECTORS = [*HTML[:6], *HTML[13:20]]


@pytest.mark.parametrize("vector", VECTORS)
def test_what_the_editor_begins_with_is_the_value_of_a_field_and_no_part_of_the_page(
    places: Places, vector: str
) -> None:
    page = places("html", vector, "quoted in the reply editor")["quoted in the reply editor"]
    field = re.search(r"<textarea[^>]*id=\"reply-body\"[^>]*>(.*?)</textarea>", page, re.S)

    assert field is not None
    assert "<" not in field[1]
    assert vector.replace("\r\n", "\n") in unescape(field[1])


@pytest.mark.parametrize("vector", VECTORS)
def test_what_the_editor_sends_is_cleaned_before_it_is_kept(world: World, vector: str) -> None:
    ticket = world.own.ticket

    world.client("work").post(
        f"/tickets/{ticket.pk}/messages/", {"body": f"<p>Hello</p><blockquote>{vector}</blockquote>"}
    )

    newest = Message.objects.filter(ticket=ticket).latest("pk")
    assert newest.html.startswith("<p>Hello</p>")
    assert armed(newest.html) == []
