"""What a queue wants to know before it takes a ticket over."""

import pytest
from django.test import Client
from django.urls import reverse

from knowledgebase.models import Category
from tests.factories import make_contract
from tests.settings.conftest import Everything, entries
from tickets.models import HandoverContract

pytestmark = pytest.mark.django_db


def test_a_contract_is_made_changed_and_deleted_and_each_is_recorded(client: Client, everything: Everything) -> None:
    new = reverse("settings:contract_new", args=[everything.second.pk])
    category = Category.objects.create(key="vpn", name_de="VPN", name_en="VPN")

    made = client.post(new, {"category": category.pk, "needed": ["symptom", "question"], "hint_en": "Name the device."})
    contract = HandoverContract.objects.get()
    kept = (contract.queue, contract.category, contract.needed)
    page = client.get(reverse("settings:queue", args=[everything.second.pk])).content.decode()
    client.post(reverse("settings:contract", args=[everything.second.pk, contract.pk]), {"needed": ["tried"]})
    contract.refresh_from_db()
    changed = (contract.category, contract.needed)
    client.post(reverse("settings:contract_removal", args=[everything.second.pk, contract.pk]))

    assert made.status_code == 302
    assert kept == (everything.second, category, ["symptom", "question"])
    assert "Summary, Symptom, Question" in page
    assert changed == (None, ["tried"])
    assert [entry for entry in entries() if entry[0] == "tickets.handovercontract"] == [
        ("tickets.handovercontract", "created"), ("tickets.handovercontract", "changed"),
        ("tickets.handovercontract", "removed"),
    ]  # fmt: skip


def test_a_queue_has_one_contract_for_each_category(client: Client, everything: Everything) -> None:
    make_contract(everything.second, "question")

    refused = client.post(reverse("settings:contract_new", args=[everything.second.pk]), {"needed": ["tried"]})

    assert refused.status_code == 422
    assert HandoverContract.objects.count() == 1


def test_a_field_that_does_not_exist_cannot_be_demanded(client: Client, everything: Everything) -> None:
    refused = client.post(reverse("settings:contract_new", args=[everything.second.pk]), {"needed": ["token"]})

    assert refused.status_code == 422
    assert not HandoverContract.objects.exists()


def test_a_contract_belongs_to_its_queue(client: Client, everything: Everything) -> None:
    contract = make_contract(everything.second, "question")

    assert client.get(reverse("settings:contract", args=[everything.queue.pk, contract.pk])).status_code == 404
