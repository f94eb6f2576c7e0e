"""The page of what came in: for those who lead, and for nobody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from channels_intake.email import arriving
from channels_intake.models import Arrival
from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.factories import NOW, make_agent, make_queue, make_user
from tickets.models import Queue


def _login(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lead(db: None) -> Client:
    return _login(make_agent(role=User.Role.LEAD))


@pytest.fixture
def poisoned(db: None) -> Arrival:
    """Give a mail that could not be processed: there was no queue."""
    arrival = arriving.store(mail(subject="Stuck <b>mail</b>"), now=NOW - timedelta(days=1)).arrival
    for hours in range(3):
        arriving.process_stored(NOW + timedelta(hours=hours))
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.UNPROCESSABLE
    return arrival


def test_what_cannot_be_processed_stands_first_with_its_reason(lead: Client, poisoned: Arrival) -> None:
    make_queue(is_default=True)
    receive(mail(subject="Newer"))
    page = lead.get(reverse("intake:arrivals")).content.decode()

    assert page.index("Stuck &lt;b&gt;mail&lt;/b&gt;") < page.index("Newer")
    assert "NoQueue" in page


def test_the_list_can_be_filtered_by_state(lead: Client, poisoned: Arrival) -> None:
    make_queue(is_default=True)
    receive(mail(subject="Newer"))
    page = lead.get(reverse("intake:arrivals"), {"state": "accepted"}).content.decode()

    assert "Newer" in page
    assert "Stuck" not in page


def test_the_raw_mail_is_handed_out_as_a_file_that_no_browser_shows(lead: Client, poisoned: Arrival) -> None:
    response = lead.get(reverse("intake:raw", args=[poisoned.pk]))

    assert response.content == bytes(Arrival.objects.get().raw)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_trying_again_works_once_the_cause_is_gone(lead: Client, poisoned: Arrival) -> None:
    make_queue(is_default=True)
    response = lead.post(reverse("intake:retrying", args=[poisoned.pk]))
    arriving.process_stored(NOW)

    assert response.status_code == 302
    poisoned.refresh_from_db()
    assert poisoned.outcome == Arrival.Outcome.CREATED


@pytest.mark.parametrize("name", ["arrivals", "raw", "retrying"])
def test_nobody_else_gets_in(poisoned: Arrival, queue: Queue, name: str) -> None:
    address = reverse(f"intake:{name}", args=[] if name == "arrivals" else [poisoned.pk])
    for user in (make_user(), make_agent(queue)):
        client = _login(user)
        answer = client.post(address) if name == "retrying" else client.get(address)
        assert answer.status_code == 404
    answer = Client().post(address) if name == "retrying" else Client().get(address)
    assert (answer.status_code, "login" in answer["Location"]) == (302, True)
    poisoned.refresh_from_db()
    assert poisoned.state == Arrival.State.UNPROCESSABLE


def test_a_change_by_get_is_refused(lead: Client, poisoned: Arrival) -> None:
    assert lead.get(reverse("intake:retrying", args=[poisoned.pk])).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_number_of_questions_for_any_number_of_mails(
    lead: Client, queue: Queue, count: int, django_assert_max_num_queries: object
) -> None:
    for _ in range(count):
        receive(mail())
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        page = lead.get(reverse("intake:arrivals")).content.decode()

    assert page.count("Der Drucker druckt nicht") == count
