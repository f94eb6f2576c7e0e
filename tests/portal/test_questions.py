"""The questions of the portal's form: shown step by step, judged by the server, kept on the ticket."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.factories import NOW, make_category, make_organisation, make_queue, make_user
from tests.tickets.questionnaires.questions import ERROR, PLACE, make_questionnaire
from tickets.models import Answer, Interview, Message, Queue, Ticket
from tickets.operations.questioning import publish


@pytest.fixture(autouse=True)
def queue(db: None) -> Queue:
    return make_queue(is_default=True)


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept-language": "en"})


def wish(version: object, **more: object) -> dict[str, object]:
    return {
        "name": "Nora Neu", "email": "nora@kunde.example", "subject": "VPN", "text": "It fails.",
        "client_id": str(uuid.uuid4()), "topic": str(getattr(version, "pk", version)), "q-place": "home", **more,
    }  # fmt: skip


def test_the_form_shows_what_is_asked_after_each_answer(client: Client) -> None:
    version = make_questionnaire()

    first = client.post("/request/new/questions/", {"topic": version.pk}).content.decode()
    home = client.post(
        "/request/new/questions/", {"topic": version.pk, "q-place": "home", "q-error": "809"}
    ).content.decode()
    office = client.post("/request/new/questions/", {"topic": version.pk, "q-place": "office"}).content.decode()

    assert "Where are you right now?" in first
    assert "internet provider" not in first
    assert "internet provider" in home
    assert "809" in home
    assert "internet provider" not in office
    assert "Where are" not in client.post("/request/new/questions/", {"topic": ""}).content.decode()


def test_answers_become_rows_on_the_ticket_and_lines_of_its_message(client: Client) -> None:
    version = make_questionnaire()

    client.post("/request/new/", wish(version, **{"q-provider": "Telekom", "q-error": ""}))

    ticket = Ticket.objects.get()
    rows = ticket.interview.answers.values_list("question", "value", "text_de", "text_en")
    assert list(rows) == [
        ("place", "home", "zu Hause", "at home"), ("provider", "Telekom", "Telekom", "Telekom"), ("error", None, "", ""),
    ]  # fmt: skip
    said = "It fails.\n\nWhere are you right now? at home\nWhich internet provider? Telekom"
    assert Message.objects.get(ticket=ticket, kind="customer").text == said


def test_a_topic_may_name_its_queue(client: Client) -> None:
    network = make_queue(is_default=False)

    client.post("/request/new/", wish(make_questionnaire(queue=network)))

    assert Ticket.objects.get().queue == network


def test_a_required_question_has_to_be_answered_and_nothing_is_lost(client: Client) -> None:
    version = make_questionnaire()

    answer = client.post("/request/new/", wish(version, **{"q-place": "", "q-error": "Code <809>"}))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Please answer this question." in page
    assert "Code &lt;809&gt;" in page
    assert "It fails." in page
    assert not Ticket.objects.exists()


def test_without_scripts_a_button_shows_the_questions(client: Client) -> None:
    answer = client.post("/request/new/", wish(make_questionnaire(), show="1"))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "internet provider" in page
    assert "It fails." in page
    assert not Ticket.objects.exists()


def test_an_open_form_is_taken_with_the_questions_it_was_made_with(client: Client) -> None:
    version = make_questionnaire()
    made = version.questionnaire
    made.draft = [ERROR]
    made.save()
    publish(made, by=None, now=timezone.now())

    client.post("/request/new/", wish(version))

    assert Interview.objects.get().version == version


def test_questions_replaced_long_ago_are_asked_anew(client: Client) -> None:
    version = make_questionnaire()
    made = version.questionnaire
    made.draft = [{**ERROR, "required": True}, PLACE]
    made.save()
    second = publish(made, by=None, now=timezone.now())
    type(version).objects.filter(pk=version.pk).update(replaced_at=NOW.replace(year=2020))

    answer = client.post("/request/new/", wish(version, **{"q-error": "809"}))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "have changed meanwhile" in page
    assert f'value="{second.pk}" selected' in page
    assert "809" in page
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("topic", ["999999", "-1", "x", "9" * 40, "1e3", "\0"])
def test_unknown_topics_are_refused_in_words(client: Client, topic: str) -> None:
    make_questionnaire()

    answer = client.post("/request/new/", wish(topic))

    assert answer.status_code == 422
    assert not Ticket.objects.exists()


def test_hostile_answers_are_left_out_or_refused(client: Client) -> None:
    version = make_questionnaire()
    strange = {"q-unknown": "x", "q-place": ["home", "office"], "q-provider": "y", "q-__class__": "z"}

    client.post("/request/new/", wish(version, **strange))
    too_long = client.post("/request/new/", wish(version, **{"q-error": "x" * 100_000}))
    no_option = client.post("/request/new/", wish(version, **{"q-place": "moon"}))

    assert (too_long.status_code, no_option.status_code) == (422, 422)
    assert set(Answer.objects.values_list("question", flat=True)) <= {"place", "provider", "error"}
    assert Ticket.objects.count() == 1


def test_the_same_form_sent_twice_keeps_its_answers_once(client: Client) -> None:
    form = wish(make_questionnaire())

    for _ in range(2):
        client.post("/request/new/", form)

    assert Interview.objects.count() == 1


def test_topics_out_of_use_are_not_offered(client: Client) -> None:
    version = make_questionnaire(name="Fax")
    made = version.questionnaire
    made.is_active = False
    made.save()

    assert "Fax" not in client.get("/request/new/").content.decode()


def test_the_form_asks_as_much_with_three_topics_as_with_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(make_user(language="en"))
    make_questionnaire(name="A")
    client.get("/request/new/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get("/request/new/")
    make_questionnaire(name="B")
    make_questionnaire(name="C")

    with django_assert_num_queries(len(one)):
        assert "C fails" in client.get("/request/new/").content.decode()


def test_the_topic_gives_the_ticket_its_category(client: Client) -> None:
    category = make_category()

    client.post("/request/new/", wish(make_questionnaire(category=category), kind="request"))

    ticket = Ticket.objects.get()
    assert (ticket.kind, ticket.category) == (Ticket.Kind.REQUEST, category)


@pytest.mark.parametrize(
    ("sent", "kind"), [({}, "incident"), ({"kind": ""}, "incident"), ({"kind": "complaint"}, "complaint")]
)
def test_the_requester_says_in_plain_words_what_it_is(client: Client, sent: dict[str, str], kind: str) -> None:
    page = client.get("/request/new/").content.decode()
    client.post("/request/new/", wish("", **sent))

    assert '<option value="incident" selected>Something does not work</option>' in page
    assert Ticket.objects.get().kind == kind


def test_a_kind_that_does_not_exist_is_refused(client: Client) -> None:
    assert client.post("/request/new/", wish("", kind="nonsense")).status_code == 422
    assert not Ticket.objects.exists()


def test_whoever_writes_for_the_first_time_belongs_to_the_organisation_of_the_address(client: Client) -> None:
    kunde = make_organisation("kunde.example")

    client.post("/request/new/", wish(""))

    assert Ticket.objects.get().requester.organisation == kunde
