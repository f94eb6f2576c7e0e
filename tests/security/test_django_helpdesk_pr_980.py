"""django-helpdesk PR 980: a list built from JSON put the titles of tickets into the page unescaped."""

import uuid

import pytest

from tests.security.armed import armed
from tests.security.vectors import HTML, TEXT
from tests.security.world import SECRET, World


@pytest.mark.parametrize("vector", [*TEXT, *HTML[:5]])
def test_what_comes_as_json_for_a_list_holds_escaped_html(world: World, vector: str) -> None:
    visitor, agent = world.client("anonymous"), world.client("work")
    visitor.cookies["chat"] = f"{world.chat.key}.{SECRET}"
    line = {"text": vector, "client_id": str(uuid.uuid4()), "after": "0"}

    said = visitor.post(f"/intake/chat/{world.chat.key}/lines/", line).json()
    heard = agent.get(f"/intake/chats/{world.own.ticket.pk}/lines/?after=0").json()

    for answer in (said, heard):
        assert len(answer["lines"]) >= 1
        for one in answer["lines"]:
            assert armed(one["html"], allowed={"svg"}) == []
    # Left-to-right marks and the like may be shown, tags may not.
    assert vector not in heard["lines"][-1]["html"] or "<" not in vector


def test_scripts_write_no_html_out_of_texts() -> None:
    """What the scripts put into pages as HTML comes from a template of ours, or through the editor's cleaner."""
    from pathlib import Path

    from django.conf import settings

    writing = {
        path.name
        for path in Path(settings.BASE_DIR, "static", "js").glob("*.js")
        if any(word in path.read_text() for word in (".innerHTML =", ".outerHTML =", "document.write", "eval("))
    }

    assert writing <= {"chat.js", "live.js"}
