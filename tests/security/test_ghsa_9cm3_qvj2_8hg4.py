"""GHSA-9cm3-qvj2-8hg4, CVE-2026-107393 (FreeScout): a forged header of a proxy went into a mail as HTML."""

import pytest
from django.db import connection

from tests.security.world import World, everything

HEADERS = (
    "CF-Connecting-IP", "X-Forwarded-For", "X-Real-IP", "True-Client-IP", "Forwarded", "X-Forwarded-Host", "X-Original-URL",
    "X-Rewrite-URL", "Client-IP", "Via", "User-Agent", "Referer",
)  # fmt: skip
FORGED = "<script>ran=1</script>evil.example"


@pytest.mark.parametrize("header", HEADERS)
def test_a_forged_header_is_neither_believed_nor_repeated_nor_kept(world: World, header: str) -> None:
    guest = world.client("anonymous")
    form = {"subject": "Help", "text": "Nothing works", "client_id": "7f0a1f0e-0000-4000-8000-000000000001"}
    form |= {"email": "new@kunde.example", "name": "New"}

    answers = [
        guest.get("/", headers={header: FORGED}),
        guest.get("/nowhere/", headers={header: FORGED}),
        guest.post("/account/login/", {"login": "a@b.example", "password": "x"}, headers={header: FORGED}),
        guest.post("/request/new/", form, headers={header: FORGED}, follow=True),
    ]

    for answer in answers:
        assert FORGED not in answer.content.decode()
        assert "evil.example" not in str(dict(answer.items()))
    assert "evil.example" not in everything_written()
    assert "helpdesk_limit" not in everything()  # a heartbeat, looked at above


def everything_written() -> str:
    """Give every row of the tables a stranger's request writes to."""
    found = []
    with connection.cursor() as cursor:
        for table in (
            "helpdesk_limit",
            "channels_intake_arrival",
            "tickets_message",
            "tickets_event",
            "people_user",
            "people_auditentry",
        ):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)
