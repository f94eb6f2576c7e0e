"""The chat asks one question after another until a person takes over."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from channels_intake.chat import bot
from channels_intake.chat.talking import Started, answer
from people.models import User
from tests.channels_intake.chat.conftest import begin, visitor_of
from tests.factories import later, make_category
from tests.tickets.questionnaires.questions import make_questionnaire
from tickets.models import Answer, Interview, Message, QuestionnaireVersion, Queue
from tickets.operations.replying import reply


@pytest.fixture
def version(queue: Queue) -> QuestionnaireVersion:
    return make_questionnaire()


@pytest.fixture
def asking(version: QuestionnaireVersion) -> Started:
    started = begin()
    bot.begin(started.chat, now=timezone.now())
    return started


@pytest.fixture
def window(asking: Started) -> "Window":
    return Window(visitor_of(asking), asking.chat.key)


class Window:
    """The visitor's window."""

    def __init__(self, client: Client, key: str) -> None:
        self.client, self.address = client, f"/intake/chat/{key}/questions/"

    def __call__(self, **data: str) -> str:
        headers = {"hx-request": "true", "accept-language": "en"}
        if not data:
            return self.client.get(self.address, headers=headers).content.decode()
        return self.client.post(self.address, data, headers=headers).content.decode()


def test_it_asks_one_after_another_and_says_the_answers_in_the_end(
    window: Window, asking: Started, version: QuestionnaireVersion
) -> None:
    assert "VPN fails" in window()
    assert "Where are you right now?" in window(topic=str(version.pk))
    assert "Which internet provider?" in window(question="place", **{"q-place": "home"})
    assert "Which error number" in window(question="provider", skip="1")
    assert "<form" not in window(question="error", **{"q-error": "809"})

    assert [(row.question, row.value) for row in Answer.objects.all()] == [
        ("place", "home"), ("provider", None), ("error", "809"),
    ]  # fmt: skip
    assert Interview.objects.get().state == "done"
    said = Message.objects.filter(ticket=asking.chat.ticket_id).last()
    assert said.text == "Wo sind Sie gerade? zu Hause\nWelche Fehlernummer zeigt der VPN-Client? 809"
    assert said.author == asking.chat.visitor


def test_a_person_is_one_press_away_and_the_answers_so_far_are_kept(
    window: Window, version: QuestionnaireVersion
) -> None:
    assert "Talk to a person" in window()
    assert "Talk to a person" in window(topic=str(version.pk))
    window(question="place", **{"q-place": "office"})

    assert "<form" not in window(person="1")

    assert Interview.objects.get().state == "stopped"
    assert Answer.objects.get().text_de == "im Büro"
    assert Message.objects.last().text == "Wo sind Sie gerade? im Büro"


def test_it_is_silent_once_an_agent_has_answered(window: Window, asking: Started, agent: User) -> None:
    answer(asking.chat, text="Guten Tag!", by=agent, client_id=uuid.uuid4(), now=timezone.now())

    assert "<form" not in window()


def test_no_answer_and_a_wrong_one_are_asked_again(window: Window, version: QuestionnaireVersion) -> None:
    window(topic=str(version.pk))

    assert "Choose or write an answer" in window(question="place")
    assert "Choose from the list." in window(question="place", **{"q-place": "moon"})
    assert not Answer.objects.exists()


def test_an_answer_to_another_question_changes_nothing(window: Window, version: QuestionnaireVersion) -> None:
    window(topic=str(version.pk))
    window(question="error", **{"q-error": "809"})
    window(topic="0")

    assert not Answer.objects.exists()
    assert Interview.objects.get().version == version


def test_something_else_goes_to_a_person(window: Window) -> None:
    assert "<form" not in window(topic="")
    assert Interview.objects.get().state == "stopped"


def test_without_questionnaires_nothing_is_asked(queue: Queue, agent: User) -> None:
    started = begin()
    bot.begin(started.chat, now=timezone.now())

    assert bot.step(started.chat) is None
    assert not Interview.objects.exists()
    assert reply(started.chat.ticket, text="Hallo", by=agent, now=later(1)).pk


def test_strangers_answer_nothing(window: Window, version: QuestionnaireVersion) -> None:
    stranger = Client().post(window.address, {"topic": str(version.pk)})

    assert stranger.status_code == 404
    assert Interview.objects.get().version is None


def test_the_topic_chosen_in_a_chat_gives_the_ticket_its_category(queue: Queue) -> None:
    category = make_category()
    version, started = make_questionnaire(category=category), begin()
    bot.begin(started.chat, now=timezone.now())

    bot.choose(started.chat, str(version.pk), now=timezone.now())

    ticket = started.chat.ticket
    ticket.refresh_from_db()
    event = ticket.events.get(kind="classified")
    assert (ticket.category, event.by, event.facts["reason"]) == (category, None, "topic")
