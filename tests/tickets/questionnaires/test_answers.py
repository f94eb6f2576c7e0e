"""Answers on a ticket: kept in their version, weighed, and asked again or not."""

import pytest
from django.test import Client
from django.utils.translation import override

from helpdesk.subscriptions import SUBSCRIPTIONS
from tests.factories import NOW, later, make_agent, make_article, make_queue, make_ticket, make_user
from tests.tickets.questionnaires.questions import ERROR, PLACE, make_questionnaire
from tickets.models import Answer, Event, Interview, Queue, RoutingRule, Ticket
from tickets.operations.questioning import CannotPublish, keep_answers, mark_still_asked, publish, with_answers
from tickets.operations.replying import reply
from tickets.questionnaires import hearing
from tickets.questionnaires.figures import figures
from tickets.questionnaires.weighing import weigh


@pytest.fixture
def queue(db: None) -> Queue:
    return make_queue(is_default=True)


@pytest.fixture
def agent(queue: Queue) -> object:
    return make_agent(queue, language="en")


def answered(queue: Queue, **values: str) -> Ticket:
    version = make_questionnaire()
    given = {"place": "home", "provider": "Telekom", "error": "809", **values}
    ticket = make_ticket(
        queue, subject="Hilfe", text=with_answers("Es geht nicht.", version, given, "de"), language="de"
    )
    keep_answers(ticket, version, given, now=NOW)
    return ticket


def test_a_ticket_keeps_what_it_was_asked_when_the_questions_change(queue: Queue) -> None:
    ticket = answered(queue)
    made = ticket.interview.version.questionnaire
    made.draft = [{**ERROR, "de": "Was steht da?"}]
    made.save()

    second = publish(made, by=None, now=later(5))

    ticket.interview.refresh_from_db()
    assert (ticket.interview.version.number, second.number) == (1, 2)
    assert ticket.interview.answers.get(position=1).label_de == "Wo sind Sie gerade?"
    assert made.versions.filter(replaced_at=None).get() == second
    assert publish(made, by=None, now=later(9)) == second


def test_questions_with_errors_are_not_published(queue: Queue) -> None:
    made = make_questionnaire().questionnaire
    made.draft = []
    made.save()

    with pytest.raises(CannotPublish):
        publish(made, by=None, now=later(5))

    assert made.versions.count() == 1


def test_what_was_not_asked_is_not_kept(queue: Queue) -> None:
    ticket = answered(queue, place="office")

    assert [(row.question, row.text_de) for row in ticket.interview.answers.all()] == [
        ("place", "im Büro"),
        ("error", "809"),
    ]


def test_an_answer_that_changes_queue_or_solution_is_known(queue: Queue) -> None:
    other = make_queue(is_default=False)
    RoutingRule.objects.create(name="Home", words="zu Hause", queue=other)
    make_article(title="Zertifikat abgelaufen", symptom="Zertifikat", steps="1. Zertifikat erneuern")
    ticket = answered(queue, error="Zertifikat abgelaufen")

    for _ in range(2):
        weigh(Event.objects.get(ticket=ticket, kind=Event.Kind.OPENED))

    found = {row.question: (row.changed_route, row.changed_solution) for row in ticket.interview.answers.all()}
    assert found == {"place": (True, False), "provider": (False, False), "error": (False, True)}


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("Guten Tag, welche Fehlernummer zeigt Ihr VPN-Client denn genau? Danke.", ["error"]),
        ("Bitte starten Sie neu. Hat das geholfen?", []),
        ("Die Fehlernummer im VPN-Client ist bekannt.", []),
    ],
)
def test_a_reply_that_asks_again_is_noticed(queue: Queue, agent: object, text: str, again: list[str]) -> None:
    ticket = answered(queue)
    reply(ticket, text=text, by=agent, now=later(5))

    hearing.hear(Event.objects.get(ticket=ticket, kind=Event.Kind.REPLIED))

    assert list(Answer.objects.exclude(still_asked="").values_list("question", flat=True)) == again


def test_a_note_taken_back_is_not_read_out_of_the_answer_again(queue: Queue, agent: object) -> None:
    ticket = answered(queue)
    mark_still_asked(ticket, "error", by=agent, now=later(1))
    mark_still_asked(ticket, "error", by=agent, now=later(2))
    reply(ticket, text="Welche Fehlernummer zeigt der VPN-Client?", by=agent, now=later(5))

    hearing.hear(Event.objects.get(ticket=ticket, kind=Event.Kind.REPLIED))

    assert not Answer.objects.exclude(still_asked="").exists()


def test_every_reply_and_opening_is_heard() -> None:
    assert "tickets.questionnaires.hearing.hear" in SUBSCRIPTIONS["replied"]
    assert "tickets.questionnaires.weighing.weigh" in SUBSCRIPTIONS["opened"]


def test_the_figures_count_over_all_versions(queue: Queue, agent: object) -> None:
    version = make_questionnaire(PLACE, ERROR)
    for number, value in enumerate(["809", None, "691"]):
        ticket = make_ticket(queue)
        keep_answers(ticket, version, {"place": "home", "error": value}, now=later(number))
        if value is None:
            mark_still_asked(ticket, "error", by=agent, now=later(9))
    Answer.objects.filter(text_de="809").update(changed_solution=True)

    place, error = figures(version.questionnaire, now=later(60))

    assert (place.asked, place.answered, place.still_asked, place.mattered) == (3, 3, 0, 0)
    assert (error.asked, error.answered, error.still_asked, error.mattered) == (3, 2, 1, 1)
    assert (error.answered_share, error.still_asked_share, error.is_useless) == (67, 33, False)


def test_the_agent_sees_the_facts_and_says_what_had_to_be_asked(queue: Queue, agent: object, client: Client) -> None:
    ticket = answered(queue)
    client.force_login(agent)
    page = client.get(f"/tickets/{ticket.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "Where are you right now?" in page
    assert "at home" in page

    client.post(f"/tickets/{ticket.pk}/answers/still-asked/", {"question": "error"})

    row = Answer.objects.get(question="error")
    assert (row.still_asked, row.still_asked_by) == ("agent", agent)
    assert client.post(f"/tickets/{ticket.pk}/answers/still-asked/", {"question": "other"}).status_code == 404


def test_all_answers_stand_in_the_hand_over_and_above_the_reply(queue: Queue, client: Client) -> None:
    second = make_queue(tier=2, is_default=False)
    Queue.objects.filter(pk=queue.pk).update(escalates_to=second)
    ticket = answered(queue)
    agent = make_agent(second, language="en")
    with override("en"):
        from tickets.operations.escalation import escalate

        escalate(Ticket.objects.get(pk=ticket.pk), reason="Too hard", by=agent, now=later(5))
    client.force_login(agent)

    page = client.get(f"/tickets/{ticket.pk}/").content.decode()

    hand_over = page[
        page.index('class="hand-over is-offered"') : page.index(
            "</section>", page.index('class="hand-over is-offered"')
        )
    ]
    assert "at home" in hand_over
    assert "809" in hand_over
    assert "Telekom" in hand_over
    assert "809" in page[page.index('class="answered"') :]


def test_the_page_of_a_ticket_asks_nothing_more_for_its_answers(queue: Queue, agent: object, client: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(agent)
    counts = []
    plain = make_ticket(queue, requester=make_user())
    for ticket in (plain, answered(queue)):
        client.get(f"/tickets/{ticket.pk}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/tickets/{ticket.pk}/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert Interview.objects.count() == 1
