"""On-call rotas in the settings."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from people.models import AuditEntry, User
from tests.factories import make_absence, make_agent, make_queue, make_rota
from tickets.models import Queue, Rota

pytestmark = pytest.mark.django_db

ROTA = {"name": "Nights", "timezone": "europe/berlin", "first_day": "2026-11-23", "handover": "18:00", "days": "7"}


def sent(queue: Queue, *people: User, **more: object) -> dict[str, object]:
    return (
        {**ROTA, "is_active": "on", "queues": queue.pk} | {f"person_{n}": one.pk for n, one in enumerate(people)} | more
    )


def test_a_rota_is_made_changed_and_audited(client: Client, admin: User) -> None:
    queue, one, two = make_queue(), make_agent(), make_agent()

    made = client.post("/settings/rotas/new/", sent(queue, one, two, one))

    rota = Rota.objects.get()
    assert made["Location"] == f"/settings/rotas/{rota.pk}/"
    assert ([m.user for m in rota.members.all()], list(rota.queues.all())) == ([one, two], [queue])
    assert rota.timezone == "Europe/Berlin"
    client.post(f"/settings/rotas/{rota.pk}/", sent(queue, two, one, days="1"))
    assert [m.user for m in rota.members.all()] == [two, one]
    created, changed = AuditEntry.objects.order_by("pk")
    assert (created.kind, created.action, created.by) == ("tickets.rota", "created", admin)
    assert changed.changes == {"days": [7, 1], "members": [[str(one), str(two)], [str(two), str(one)]]}
    assert "on-call rota" in client.get("/settings/audit/").content.decode()


def test_a_rota_needs_people_and_a_queue_stands_in_one(client: Client) -> None:
    queue, one = make_queue(), make_agent()
    make_rota(queue, one)

    nobody = client.post("/settings/rotas/new/", sent(make_queue()))
    twice = client.post("/settings/rotas/new/", sent(queue, one))

    assert (nobody.status_code, twice.status_code) == (422, 422)
    assert "Choose at least one person" in nobody.content.decode()
    assert "Another active rota has this already" in twice.content.decode()
    assert client.post("/settings/rotas/new/", sent(queue, one, is_active="")).status_code == 302


def test_the_preview_shows_the_turns_of_what_is_entered_and_stores_nothing(client: Client) -> None:
    queue, one, two = make_queue(), make_agent(name="Olga"), make_agent(name="Paul")
    today = timezone.localdate().isoformat()

    page = client.post("/settings/rotas/preview/", sent(queue, one, two, first_day=today, days="1")).content.decode()

    assert (page.count("Olga"), page.count("Paul")) in ((21, 21), (22, 21), (21, 22))
    assert not Rota.objects.exists()
    assert "No turns" in client.post("/settings/rotas/preview/", {"rota": "x"}).content.decode()


def test_a_rota_is_deleted_and_remembered(client: Client) -> None:
    rota = make_rota(make_queue(), make_agent())

    client.post(f"/settings/rotas/{rota.pk}/removal/")

    assert not Rota.objects.exists()
    assert AuditEntry.objects.get().action == "removed"


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_with_one_and_three(client: Client, number: int, django_assert_num_queries) -> None:
    for _ in range(number):
        queue = make_queue()
        make_rota(queue, make_agent(queue, name="Olga"), first_day=timezone.localdate() - timedelta(days=1))

    with django_assert_num_queries(12):
        page = client.get("/settings/rotas/").content.decode()

    assert page.count("Olga is on call now") == number


def test_the_queue_says_who_is_on_call_and_the_list_of_people_who_is_away(client: Client) -> None:
    queue = make_queue()
    away, there = make_agent(queue, name="Anna"), make_agent(queue, name="Olga")
    now = timezone.now()
    make_rota(queue, away, there, first_day=timezone.localdate() - timedelta(days=1))
    make_absence(away, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1))

    assert "Olga is on call now" in client.get(f"/settings/queues/{queue.pk}/").content.decode()
    assert client.get("/settings/people/").content.decode().count("away until") == 1
