"""osTicket 68dcaa2e5, 33ed106b1: `?s=1` showed an SVG in the page; the caller chose how a file is handed out."""

import pytest
from django.utils import timezone

from channels_intake.envelope import Attached
from tests.security.world import World
from tickets.operations.replying import reply

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="ran=1"/>'


@pytest.mark.parametrize(
    "query",
    [
        "s=1",
        "disposition=inline",
        "inline=true",
        "content_type=image/svg%2Bxml",
        "type=text/html",
        "view=1",
        "raw=1",
        "download=0",
    ],
)
def test_no_parameter_changes_how_a_file_is_handed_out(world: World, query: str) -> None:
    ticket = world.own.ticket
    file = Attached("a.svg", "image/svg+xml", "image/svg+xml", SVG)
    key = reply(ticket, text="x", by=world.people["work"], now=timezone.now(), files=[file]).attachments.get().key

    for role, start in (("work", "tickets"), ("requester", "requests")):
        plain = world.client(role).get(f"/{start}/{ticket.pk}/attachments/{key}/")
        asked = world.client(role).get(
            f"/{start}/{ticket.pk}/attachments/{key}/?{query}", headers={"accept": "image/svg+xml"}
        )

        for name in ("Content-Type", "Content-Disposition", "Content-Security-Policy", "X-Content-Type-Options"):
            assert asked[name] == plain[name]
        assert asked["Content-Type"] == "application/octet-stream"
        assert asked["Content-Disposition"].startswith("attachment")
