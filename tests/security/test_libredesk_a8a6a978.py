"""libredesk a8a6a978, CVE-2020-1766 (OTRS): an SVG, also one called .jpg, was shown in the page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.security.world import PNG, World
from tickets.models import Attachment
from tickets.views.attachments import picture_type

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>ran=1</script></svg>"
DISGUISED = [
    ("a.svg", "image/svg+xml", SVG),
    ("a.jpg", "image/jpeg", SVG),
    ("a.png", "image/png", b"<?xml version='1.0'?>" + SVG),
    ("a.gif", "image/gif", b"\xef\xbb\xbf" + SVG),
    ("a.webp", "image/webp", b"RIFF" + SVG),
    ("a.svgz", "image/png", b"\x1f\x8b\x08" + SVG),
]


@pytest.mark.parametrize(("name", "kind", "data"), DISGUISED)
def test_a_drawing_is_only_ever_saved(world: World, name: str, kind: str, data: bytes) -> None:
    client, ticket = world.client("requester"), world.own.ticket.pk
    file = SimpleUploadedFile(name, data, content_type=kind)
    client.post(f"/requests/{ticket}/messages/", {"text": "See", "attachments": file})
    key = Attachment.objects.latest("pk").key

    for role, start in (("requester", "requests"), ("work", "tickets")):
        answer = world.client(role).get(f"/{start}/{ticket}/attachments/{key}/")

        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment")


def test_a_picture_is_one_by_its_bytes() -> None:
    assert picture_type(PNG) == "image/png"
    assert [picture_type(data) for _, _, data in DISGUISED] == [None] * len(DISGUISED)
