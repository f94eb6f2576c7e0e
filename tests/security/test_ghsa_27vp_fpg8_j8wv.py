"""GHSA-27vp-fpg8-j8wv (FreeScout): .pht was missing in a list of endings; here no ending decides anything."""

import pytest
from django.utils import timezone

from channels_intake.envelope import Attached
from tests.security.world import World
from tickets.operations.replying import reply

ENDINGS = "php pht phtml php7 phar inc pl cgi py sh jsp asp aspx shtml htaccess ini exe bat wasm".split()


def test_every_ending_is_handed_out_as_bytes_to_save(world: World) -> None:
    files = [Attached(f"evil.{ending}", "image/png", "image/png", b"<?php ran();") for ending in ENDINGS]
    ticket = world.own.ticket
    message = reply(ticket, text="x", by=world.people["work"], now=timezone.now(), files=files)

    for file in message.attachments.all():
        for role, start in (("work", "tickets"), ("requester", "requests")):
            answer = world.client(role).get(f"/{start}/{ticket.pk}/attachments/{file.key}/")

            assert answer["Content-Type"] == "application/octet-stream"
            assert answer["Content-Disposition"].startswith("attachment")
            assert answer.content == b"<?php ran();"


@pytest.mark.parametrize("path", ["/static/evil.php", "/evil.pht", "/attachments/evil.php", "/static/../manage.py"])
def test_no_address_leads_to_a_file_by_its_name(world: World, path: str) -> None:
    assert world.client("admin").get(path).status_code == 404
