"""Asking what a draft would have meant, before it is saved; and whether deadlines are right."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from people.models import AuditEntry
from sla.models import PolicyVersion
from tests.factories import make_agent, make_ticket
from tests.settings.conftest import Everything
from tickets import replaying
from tickets.models import Reconciliation, Replay
from tickets.operations.replying import reply
from tickets.reconciling import reconcile

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def form_of(everything: Everything, response: str, resolution: str) -> dict[str, object]:
    """Give what the page of a policy sends."""
    return {
        "name": "Standard", "is_active": "on", "is_default": "on", "calendar": everything.calendar.pk, "replay_months": "6",
        "first_response_3": response, "resolution_3": resolution,
    }  # fmt: skip


@pytest.fixture
def answered(everything: Everything):
    """Give a ticket of high priority that was answered within forty minutes on a Monday morning."""
    begun = (timezone.now() - timedelta(days=14)).replace(hour=9, minute=0, second=0, microsecond=0)
    begun -= timedelta(days=begun.weekday())
    ticket = make_ticket(everything.queue, now=begun, impact=1, urgency=3)
    assert ticket.priority == 3
    reply(ticket, text="Aha", by=make_agent(everything.queue), now=begun + timedelta(minutes=40))
    return ticket


def test_a_stricter_draft_shows_what_would_have_been_missed(client: Client, everything: Everything, answered) -> None:
    where = reverse("settings:policy_replay", args=[everything.policy.pk])
    before = PolicyVersion.objects.count(), AuditEntry.objects.count()

    waiting = client.post(where, form_of(everything, "30 min", "8 h"), headers=HTMX).content.decode()
    replay = Replay.objects.get()
    replaying.go_on(timezone.now())
    page = client.get(reverse("settings:replay", args=[replay.pk]), headers=HTMX).content.decode()

    assert 'hx-trigger="every 1s"' in waiting
    assert replay.months == 6
    assert "hx-trigger" not in page
    assert answered.subject in page
    assert "First response" in page
    assert "everything else" not in page
    assert (PolicyVersion.objects.count(), AuditEntry.objects.count()) == before


def test_the_page_of_a_policy_asks(client: Client, everything: Everything) -> None:
    where = reverse("settings:policy", args=[everything.policy.pk])

    assert f'formaction="{where}replay/"' in client.get(where).content.decode()
    assert (
        f'formaction="{reverse("settings:policy_new_replay")}"'
        in client.get(reverse("settings:policy_new")).content.decode()
    )
    assert (
        f'formaction="{reverse("settings:calendar_replay", args=[everything.calendar.pk])}"'
        in client.get(reverse("settings:calendar", args=[everything.calendar.pk])).content.decode()
    )


def test_without_scripts_it_is_a_page(client: Client, everything: Everything, answered) -> None:
    where = reverse("settings:policy_replay", args=[everything.policy.pk])

    response = client.post(where, form_of(everything, "30 min", "8 h"))

    assert response["Location"] == reverse("settings:replay", args=[Replay.objects.get().pk])
    assert "<h1>What would have been?</h1>" in client.get(response["Location"]).content.decode()


def test_a_draft_that_cannot_be_saved_is_not_run(client: Client, everything: Everything) -> None:
    where = reverse("settings:policy_replay", args=[everything.policy.pk])

    response = client.post(where, form_of(everything, "9 h", "8 h"), headers=HTMX)

    assert (response.status_code, Replay.objects.count()) == (422, 0)
    assert "The resolution cannot be due before the first response." in response.content.decode()


def test_it_can_be_cancelled(client: Client, everything: Everything, answered) -> None:
    client.post(reverse("settings:policy_replay", args=[everything.policy.pk]), form_of(everything, "30 min", "8 h"))
    replay = Replay.objects.get()

    page = client.post(reverse("settings:replay_cancellation", args=[replay.pk]), headers=HTMX).content.decode()

    replay.refresh_from_db()
    assert replay.state == "cancelled"
    assert "Cancelled after 0 of 1 tickets" in page


def test_other_hours_are_asked_for_on_the_page_of_their_calendar(
    client: Client, everything: Everything, answered
) -> None:
    data = {"name": "Office", "timezone": "Europe/Berlin", "day_0": "00:00–24:00", "replay_months": "1"}

    client.post(reverse("settings:calendar_replay", args=[everything.calendar.pk]), data)

    replaying.go_on(timezone.now())
    assert (Replay.objects.get().state, Replay.objects.get().results["chosen"]) == ("done", 1)


def test_the_page_of_deadlines_says_whether_all_are_right(client: Client, everything: Everything, answered) -> None:
    where = reverse("settings:deadlines")
    assert "Nothing was checked yet" in client.get(where).content.decode()

    reconcile(now=timezone.now())
    assert "it is what its history says" in client.get(where).content.decode()

    Reconciliation.objects.create(at=timezone.now(), checked=3, different=1, details=["#1 resolution: stored x"])
    page = client.get(where).content.decode()
    assert "1 of 3 deadlines is stored differently" in page
    assert "#1 resolution: stored x" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_deadlines_asks_as_often_for_three_as_for_one(
    client: Client, everything: Everything, count, django_assert_num_queries
) -> None:
    for _run in range(count):
        reconcile(now=timezone.now())

    with django_assert_num_queries(5):
        client.get(reverse("settings:deadlines"))
