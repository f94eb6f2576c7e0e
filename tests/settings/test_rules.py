"""Rules: their order decides, and a text can be tried before anybody writes it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from people.models import AuditEntry
from tests.settings.conftest import Everything, entries
from tickets.models import RoutingRule

pytestmark = pytest.mark.django_db


def test_a_new_rule_comes_last_with_each_word_once(client: Client, everything: Everything) -> None:
    client.post(
        reverse("settings:rule_new"),
        {
            "name": "Printer",
            "words": " printer \n\nprinter\npaper  jam",
            "queue": everything.second.pk,
            "is_active": "on",
        },
    )

    rule = RoutingRule.objects.get(name="Printer")
    assert (rule.words, rule.position, rule.is_active, rule.directly) == ("printer\npaper jam", 20, True, False)
    assert entries() == [("tickets.routingrule", "created")]


def test_a_text_is_tried_on_the_rules(client: Client, everything: Everything) -> None:
    address = reverse("settings:rules")

    hit = client.get(address, {"text": "My VPN is down"}).content.decode()
    miss = client.get(address, {"text": "<b>Hello</b>"}).content.decode()

    assert "“vpn” leads to <b>Second</b>" in hit
    assert "First level tries it first" in hit
    assert "No rule matches" in miss
    assert "<b>Hello</b>" not in miss


def test_while_typing_only_the_answer_is_sent(client: Client, everything: Everything) -> None:
    response = client.get(
        reverse("settings:rules"), {"text": "vpn"}, headers={"HX-Request": "true", "HX-Target": "route"}
    )

    assert response.content.decode().lstrip().startswith('<div id="route"')


def test_a_rule_moves_before_another(client: Client, everything: Everything) -> None:
    later = RoutingRule.objects.create(name="Also VPN", words="vpn", queue=everything.queue, position=10)

    client.post(reverse("settings:rule_position", args=[later.pk]), {"direction": "up"})
    client.post(reverse("settings:rule_position", args=[later.pk]), {"direction": "up"})
    client.post(reverse("settings:rule_position", args=[later.pk]), {"direction": "sideways"})

    assert [rule.name for rule in RoutingRule.objects.all()] == ["Also VPN", "VPN"]
    assert AuditEntry.objects.get().changes == {"position": [2, 1]}


def test_a_deleted_rule_stays_in_the_record(client: Client, everything: Everything) -> None:
    client.post(reverse("settings:rule_removal", args=[everything.rule.pk]))

    assert not RoutingRule.objects.exists()
    assert AuditEntry.objects.get().changes["words"] == ["vpn\ntunnel", None]
    assert "vpn" in client.get(reverse("settings:audit")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_do_not_grow(
    client: Client, everything: Everything, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count - 1):
        RoutingRule.objects.create(name=f"Rule {number}", words="x", queue=everything.queue)

    with django_assert_num_queries(3):
        client.get(reverse("settings:rules"))
