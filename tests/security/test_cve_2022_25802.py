"""CVE-2022-25802, CVE-2016-6127 (RT): a file is never a page of ours; its headers are told by its bytes, whatever is asked."""

import pytest
from django.utils import timezone

from channels_intake.envelope import Attached
from tests.security.world import PNG, World
from tickets.models import Attachment
from tickets.operations.files import safe_name
from tickets.operations.replying import reply

SCRIPT = b"<script>window.ran = 1</script>"
FILES = [
    ("a.svg", "image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" onload="ran=1"/>'),
    ("a.html", "text/html", SCRIPT),
    ("a.png", "image/png", SCRIPT),
    ("a.jpg", "image/jpeg", b"<svg onload='ran=1'/>"),
    ("a.xhtml", "application/xhtml+xml", SCRIPT),
    ("a.xml", "text/xml", b"<?xml-stylesheet href='#x'?><x/>"),
    ("a.pdf", "application/pdf", b"%PDF-1.4"),
    ("a.js", "text/javascript", b"ran=1"),
    ("a.mht", "multipart/related", SCRIPT),
    ("a.png", "image/png\r\nX-Evil: 1", SCRIPT),
    ("\u200b.htaccess", "text/plain", b"x"),
]
ASKED = "?s=1&inline=1&disposition=inline&content_type=text/html&type=text/html&view=1&download=0"


@pytest.mark.parametrize(("name", "kind", "data"), FILES)
@pytest.mark.parametrize("query", ["", ASKED])
def test_what_is_no_picture_is_only_ever_saved(world: World, name: str, kind: str, data: bytes, query: str) -> None:
    for client, where in _doors(world, name, kind, data):
        answer = client.get(where + query)

        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment")
        _guarded(answer)
        assert "X-Evil" not in answer


@pytest.mark.parametrize("query", ["", ASKED])
def test_a_picture_is_shown_as_what_its_bytes_are(world: World, query: str) -> None:
    for client, where in _doors(world, "a.html", "text/html", PNG + SCRIPT):
        answer = client.get(where + query)

        assert answer["Content-Type"] == "image/png"
        _guarded(answer)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\evil.dll", "evil.dll"),
        ("/etc/cron.d/evil", "evil"),
        ("C:\\evil.zip", "evil.zip"),
        ("a.zip/../../evil.sh", "evil.sh"),
        ("\u200b.htaccess", "htaccess"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("a\r\nX-Evil: 1.png", "aX-Evil: 1.png"),
        ("..", "file"),
        ("a\0.png", "a.png"),
        ("x" * 300 + ".png", "x" * 180 + ".png"),
    ],
)
def test_cve_2026_28289_a_name_is_no_place_and_hides_nothing(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def _doors(world: World, name: str, kind: str, data: bytes) -> list:
    agent, ticket = world.people["work"], world.own.ticket
    message = reply(ticket, text="x", by=agent, now=timezone.now(), files=[Attached(name, kind, kind, data)])
    key = Attachment.objects.get(message=message).key
    return [
        (world.client("work"), f"/tickets/{ticket.pk}/attachments/{key}/"),
        (world.client("requester"), f"/requests/{ticket.pk}/attachments/{key}/"),
        (world.client("anonymous"), f"/request/{world.link}/attachments/{key}/"),
    ]


def _guarded(answer) -> None:
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "\n" not in answer["Content-Disposition"]
