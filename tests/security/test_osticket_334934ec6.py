"""osTicket 334934ec6: a forged CSRF token was written to the log, and the log was shown as HTML."""

import pytest
from django.utils import timezone

from channels_intake.models import Arrival
from helpdesk.administration.operations.rules import save_rule
from tests.security.armed import PAGE, armed
from tests.security.vectors import TEXT
from tests.security.world import World
from tickets.models import RoutingRule


@pytest.mark.parametrize("vector", TEXT[:6])
def test_a_forged_token_is_shown_nowhere(world: World, vector: str) -> None:
    client = world.client("admin", csrf=True)

    answer = client.post(
        "/people/preferences/", {"csrfmiddlewaretoken": vector}, headers={"X-CSRFToken": "x", "referer": vector[:20]}
    )

    assert answer.status_code == 403
    assert vector not in answer.content.decode()
    assert armed(answer.content.decode(), allowed=PAGE) == []


@pytest.mark.parametrize("vector", TEXT[:6])
def test_records_show_what_was_written_as_text(world: World, vector: str) -> None:
    admin, now = world.people["admin"], timezone.now()
    save_rule(RoutingRule(name=vector[:80], words=vector, queue=world.first), by=admin, now=now)
    Arrival.objects.filter(pk=world.arrival.pk).update(sender=vector[:200], subject=vector, reason=vector)

    for path in ("/settings/audit/", "/intake/arrivals/"):
        page = world.client("admin").get(path).content.decode()

        assert armed(page, allowed=PAGE) == []
        assert "<" not in vector or vector not in page
