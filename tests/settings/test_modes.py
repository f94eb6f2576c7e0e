"""How far triage goes: leads read, administrators choose, the record decides when it acts."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from knowledgebase.models import Category
from people.models import User
from tests.factories import make_article, make_queue, make_ticket
from tests.settings.conftest import entries
from tickets.models import Queue, TriageDecision, TriageMode

pytestmark = pytest.mark.django_db
FORM = {"mode": "act", "threshold": 90, "bar": 80, "window": 5}


@pytest.fixture
def queue() -> Queue:
    return make_queue(name_en="Hardware")


def judged(queue: Queue, *verdicts: str) -> None:
    for verdict in verdicts:
        TriageDecision.objects.create(
            ticket=make_ticket(queue), subject="queue", said_queue=queue, verdict=verdict, mode="suggest", would_act=True,
            confidence=0.97, model_version=1, made_at=timezone.now(),
        )  # fmt: skip


def test_a_mode_is_chosen_and_recorded(client: Client, admin: User, queue: Queue) -> None:
    client.post(f"/settings/queue-modes/{queue.pk}/", FORM)
    client.post(f"/settings/queue-modes/{queue.pk}/", FORM | {"mode": "shadow"})

    mode = TriageMode.objects.get()
    assert (mode.queue, mode.mode, mode.threshold, mode.bar, mode.window) == (queue, "shadow", 0.9, 0.8, 5)
    assert entries() == [("tickets.triagemode", "created"), ("tickets.triagemode", "changed")]


@pytest.mark.parametrize(
    ("verdicts", "in_force"),
    [(["right"] * 4, "suggest"), (["right"] * 4 + ["wrong"], "act"), (["right"] * 3 + ["wrong"] * 2, "suggest")],
)
def test_it_acts_at_once_when_its_record_is_good_enough(
    client: Client, queue: Queue, verdicts: list[str], in_force: str
) -> None:
    judged(queue, *verdicts)

    client.post(f"/settings/queue-modes/{queue.pk}/", FORM)

    assert TriageMode.objects.get().in_force == in_force


def test_only_the_last_decisions_count(client: Client, queue: Queue) -> None:
    judged(queue, *["wrong"] * 9, *["right"] * 5)

    client.post(f"/settings/queue-modes/{queue.pk}/", FORM)
    page = client.get("/settings/modes/").content.decode()

    assert "5 of 5" in page
    assert TriageMode.objects.get().in_force == "act"


def test_answers_have_a_mode_by_category_and_one_for_the_rest(client: Client, admin: User) -> None:
    category = Category.objects.create(key="vpn", name_de="Netz", name_en="Network")
    make_article(category=category)
    for pk in (category.pk, 0):
        client.post(f"/settings/answer-modes/{pk}/", FORM)

    assert {mode.category for mode in TriageMode.objects.filter(subject="article")} == {category, None}
    assert client.get("/settings/answer-modes/987654/").status_code == 404


@pytest.mark.parametrize("wrong", [{"threshold": 20}, {"bar": 101}, {"window": 1}, {"mode": "guess"}])
def test_what_makes_no_sense_is_refused(client: Client, queue: Queue, wrong: dict) -> None:
    response = client.post(f"/settings/queue-modes/{queue.pk}/", FORM | wrong)

    assert response.status_code == 422
    assert not TriageMode.objects.exists()


def test_leads_read_and_change_nothing(lead: User, queue: Queue) -> None:
    client = Client()
    client.force_login(lead)

    assert client.get(f"/settings/queue-modes/{queue.pk}/").status_code == 200
    assert client.post(f"/settings/queue-modes/{queue.pk}/", FORM).status_code == 403


def test_the_list_costs_as_much_for_three_as_for_one(client: Client, queue: Queue) -> None:
    counts = []
    for _ in range(2):
        client.post(f"/settings/queue-modes/{queue.pk}/", FORM)
        with CaptureQueriesContext(connection) as caught:
            page = client.get("/settings/modes/")
        counts.append((len(caught), page.content.count(b"queue-modes/")))
        for _ in range(2):
            client.post(f"/settings/queue-modes/{make_queue(is_default=False).pk}/", FORM)

    assert [shown for _, shown in counts] == [1, 3]
    assert counts[0][0] == counts[1][0]
