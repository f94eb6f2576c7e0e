"""CVE-2026-53594, GHSA-9ph7-f3hc-95gg (FreeScout): a path that the client sent was opened by a viewer of logs."""

import pytest

from tests.security.world import World

PATHS = ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/manage.py", "/etc/passwd", "....//manage.py", "x%00.png"]
STARTS = ["tickets/{}/attachments/", "requests/{}/attachments/", "intake/arrivals/", "static/", "", "request/"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("start", STARTS)
def test_no_address_opens_a_path(world: World, start: str, path: str) -> None:
    answer = world.client("admin").get(f"/{start.format(world.own.ticket.pk)}{path}", follow=True)

    assert answer.status_code == 404
    assert b"root:" not in answer.content
    assert b"DJANGO_SETTINGS_MODULE" not in answer.content


@pytest.mark.parametrize("name", ["file", "path", "name", "log", "filename", "template", "theme"])
def test_no_parameter_opens_a_path(world: World, name: str) -> None:
    client, ticket = world.client("admin"), world.own.ticket.pk
    for start in (f"tickets/{ticket}/", f"intake/arrivals/{world.arrival.pk}/mail/", "settings/audit/"):
        plain = client.get(f"/{start}")
        asked = client.get(f"/{start}", {name: "../../../../etc/passwd"})

        assert asked.status_code == plain.status_code == 200
        assert b"root:" not in asked.content
        assert asked["Content-Type"] == plain["Content-Type"]
