"""GHSA-2g42-f97q-973x (FreeScout): the policy stood only in a <meta>; parts of pages and errors had none."""

import pytest

from tests.security.test_access_matrix import GETS
from tests.security.world import World, address

ELSEWHERE = {"default-src 'none'; sandbox"}


@pytest.mark.parametrize("role", ["anonymous", "requester", "work", "admin"])
def test_every_answer_has_a_policy(world: World, role: str) -> None:
    client, without = world.client(role), []

    for name in GETS:
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(address(world, name), headers=headers)
            policy = answer.get("Content-Security-Policy", "")
            if answer["Content-Type"].startswith("text/html") and "default-src 'none'" not in policy:
                without.append((name, answer.status_code))
            assert "unsafe-inline" not in policy.replace("style-src 'unsafe-inline'", "")
            assert "unsafe-eval" not in policy

    assert without == []


@pytest.mark.parametrize("path", ["/nowhere/", "/tickets/999999/", "/settings/", "/tickets/?page=x", "/account/login/"])
def test_errors_have_one_too(world: World, path: str) -> None:
    for role in ("anonymous", "requester", "work"):
        answer = world.client(role, csrf=True).get(path)
        refused = world.client(role, csrf=True).post(path, {"x": "y"})

        for one in (answer, refused):
            assert "default-src 'none'" in one["Content-Security-Policy"]
            assert one["X-Content-Type-Options"] == "nosniff"
