"""The page of what triage learnt: learning now, progress, going back, and who may."""

import pytest
from django.test import Client

from people.models import AuditEntry
from tests.factories import NOW, make_user
from tickets.models import TriageModel
from tickets.triage.training import train

pytestmark = pytest.mark.django_db
State = TriageModel.State


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user(role="admin", language="en"))
    return client


def test_an_empty_page_says_when_learning_begins(admin: Client) -> None:
    assert "once an article is published or 50 tickets are solved" in admin.get("/settings/triage/").content.decode()


def test_learning_now_shows_its_progress_until_it_is_done(admin: Client) -> None:
    admin.post("/settings/triage/training/")
    admin.post("/settings/triage/training/")
    page = admin.get("/settings/triage/").content.decode()
    assert TriageModel.objects.count() == 1
    assert "waits for a worker" in page
    assert 'hx-trigger="every 3s"' in page
    assert "Learn now" not in page

    train(now=NOW)

    part = admin.get("/settings/triage/?part=1", headers={"HX-Request": "true"}).content.decode()
    assert "in use" in part
    assert "hx-trigger" not in part
    assert "<html" not in part
    assert AuditEntry.objects.filter(kind="tickets.triagemodel").count() == 2


def test_going_back_is_one_click_and_recorded(admin: Client) -> None:
    first, second = train(now=NOW), train(now=NOW)
    assert first is not None
    assert second is not None

    admin.post(f"/settings/triage/{first.pk}/use/")

    assert dict(TriageModel.objects.values_list("version", "state")) == {1: State.ACTIVE, 2: State.RETIRED}
    assert AuditEntry.objects.latest("pk").changes == {"version": [2, 1]}


def test_what_is_no_longer_kept_is_refused_in_words(admin: Client) -> None:
    old = TriageModel.objects.create(version=1, made_at=NOW, state=State.RETIRED)

    page = admin.post(f"/settings/triage/{old.pk}/use/", follow=True).content.decode()

    assert "no longer kept" in page
    old.refresh_from_db()
    assert old.state == State.RETIRED
