"""The editor of questionnaires: drafts, versions, problems and previews."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people.models import AuditEntry, User
from tests.factories import NOW, make_queue, make_ticket
from tests.tickets.questionnaires.questions import make_questionnaire
from tickets.models import Questionnaire
from tickets.operations.questioning import keep_answers
from tickets.questionnaires.shape import read

ADDRESS = "/settings/questionnaires/"


@pytest.fixture(autouse=True)
def english(client: Client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


def typed(**more: str) -> dict[str, object]:
    return {
        "name_de": "Drucker", "name_en": "Printer", "is_active": "on",
        "n0-key": "what", "n0-kind": "choice", "n0-de": "Was ist?", "n0-en": "What?", "n0-options": "Stau | jam\nblass | pale",
        "n0-is_required": "on", "n0-fact": "symptom",
        "n1-key": "since", "n1-kind": "date", "n1-de": "Seit wann?", "n1-en": "Since when?",
        **more,
    }  # fmt: skip


def stored_key(words: str) -> str:
    from helpdesk.administration.forms.questionnaires import option_key

    return option_key(words)


def test_an_administrator_writes_and_publishes_a_questionnaire(client: Client, admin: User) -> None:
    condition = f"what:{stored_key('Stau')}"

    client.post(f"{ADDRESS}new/", typed(publish="1", **{"n1-only_if": condition}))

    made = Questionnaire.objects.get()
    what, since = read(made.versions.get().questions)
    assert [(one.de, one.en) for one in what.options] == [("Stau", "jam"), ("blass", "pale")]
    assert (what.is_required, what.fact, since.only_if.any_of) == (True, "symptom", (stored_key("Stau"),))
    assert {entry.kind for entry in AuditEntry.objects.all()} == {"tickets.questionnaire"}


def test_a_draft_changes_nothing_that_is_asked(client: Client) -> None:
    version = make_questionnaire()

    client.post(f"{ADDRESS}{version.questionnaire_id}/", typed())

    made = Questionnaire.objects.get()
    assert made.draft[0]["key"] == "what"
    assert made.versions.get().questions == version.questions
    assert "changed since" in client.get(f"{ADDRESS}{made.pk}/").content.decode()


def test_conditions_in_a_circle_are_not_published(client: Client) -> None:
    circle = {"n1-kind": "yes_no", "n1-only_if": "since:yes"}

    answer = client.post(f"{ADDRESS}new/", typed(publish="1", **circle), follow=True)

    assert "round in a circle" in answer.content.decode()
    assert not Questionnaire.objects.get().versions.exists()


def test_questions_are_added_moved_and_dropped_without_saving(client: Client) -> None:
    def keys(**button: str) -> list[str]:
        page = client.post(f"{ADDRESS}new/", typed(**button))
        return [form.question.key for form in page.context["questions"]]

    assert len(keys(add="1")) == 3
    assert keys(down="what") == ["since", "what"]
    assert keys(up="since") == ["since", "what"]
    assert keys(drop="what") == ["since"]
    assert keys(drop="unknown") == ["what", "since"]
    assert not Questionnaire.objects.exists()


def test_the_preview_shows_portal_phone_and_chat_in_either_language(client: Client) -> None:
    untranslated = typed(**{"n1-en": "", "n1-only_if": f"what:{stored_key('Stau')}"})

    english = client.post(f"{ADDRESS}preview/", untranslated | {"spoken": "en"}).content.decode()
    after = client.post(
        f"{ADDRESS}preview/", untranslated | {"spoken": "en", "q-what": stored_key("Stau")}
    ).content.decode()

    assert english.count("What?") >= 3
    assert "Seit wann?" not in english.replace("“Seit wann?” is not completely", "")
    assert "not completely translated" in english
    assert after.count("Seit wann?") >= 3
    assert "Was ist?" in client.post(f"{ADDRESS}preview/", untranslated | {"spoken": "de"}).content.decode()


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "{{ 7|add:1 }}", "%(question)s %s", "x" * 100_000])
def test_hostile_words_are_only_words(client: Client, hostile: str) -> None:
    words = {
        "n0-de": hostile,
        "n0-options": f"{hostile}\n" * 3,
        "n0-key": hostile,
        "n0-kind": hostile,
        "n0-fact": hostile,
    }

    page = client.post(f"{ADDRESS}preview/", typed(**words)).content.decode()
    client.post(f"{ADDRESS}new/", typed(**words, publish="1"))

    assert "<script>alert" not in page
    assert len(str(Questionnaire.objects.get().draft)) < 100_000


def test_leads_read_and_change_nothing(lead: User) -> None:
    version = make_questionnaire()
    client = Client(headers={"accept-language": "en"})
    client.force_login(lead)

    page = client.get(f"{ADDRESS}{version.questionnaire_id}/")

    assert page.status_code == 200
    assert "Only administrators" in page.content.decode()
    assert client.post(f"{ADDRESS}{version.questionnaire_id}/", typed()).status_code == 403


def test_the_page_says_what_each_question_brings(client: Client) -> None:
    version = make_questionnaire()
    ticket = make_ticket(make_queue())
    keep_answers(ticket, version, {"place": "office"}, now=NOW)

    page = client.get(f"{ADDRESS}{version.questionnaire_id}/").content.decode()

    assert "What the questions bring" in page
    assert "Changed the solution" in page


def test_the_list_asks_as_much_with_three_as_with_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_questionnaire(name="A", queue=make_queue())
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as one:
        client.get(ADDRESS)
    make_questionnaire(name="B", queue=make_queue())
    make_questionnaire(name="C", queue=make_queue())

    with django_assert_num_queries(len(one)):
        assert "C fails" in client.get(ADDRESS).content.decode()
