"""Learning from solved tickets: versions, use and going back, killed workers, and what triage makes of it."""

import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from knowledgebase.models import ArticleText
from tests.factories import NOW, make_agent, make_article, make_queue, make_ticket
from tests.tickets.triage.test_learning import SAYINGS
from tickets.help import solutions
from tickets.models import Queue, SolutionAttempt, Suggestion, Ticket, TriageModel
from tickets.triage import assessing, lessons, training, versions
from tickets.triage.assessing import assess
from tickets.triage.pipeline import triage

pytestmark = pytest.mark.django_db
State = TriageModel.State


@pytest.fixture(autouse=True)
def forget() -> None:
    assessing._keeper.cache_clear()


@pytest.fixture
def queue(db: None) -> Queue:
    return make_queue(is_default=True)


@pytest.fixture
def articles(db: None) -> dict[int, ArticleText]:
    return {
        1: make_article("Vergessenes Kennwort zurücksetzen", "de", symptom="", steps="Portal öffnen."),
        2: make_article("Clear a paper jam in the printer", "en", symptom="", steps="Open the tray."),
        3: make_article("VPN error 809", "en", symptom="", steps="Set the key in the registry back."),
    }


def _ask(queue: Queue, text: str, **fields: object) -> Ticket:
    ticket = make_ticket(queue, subject=text, text=text)
    Ticket.objects.filter(pk=ticket.pk).update(**fields)
    return ticket


def _solve(queue: Queue, articles: dict[int, ArticleText], rounds: int = 6) -> None:
    agent = make_agent(queue)
    for number in range(rounds):
        for key, sayings in SAYINGS.items():
            for saying in sayings:
                ticket = _ask(queue, f"{saying} {number}", state="resolved", resolved_at=NOW)
                if key:
                    SolutionAttempt.objects.create(
                        ticket=ticket, text=articles[key], by=agent, outcome="worked", at=NOW
                    )
                else:
                    SolutionAttempt.objects.create(ticket=ticket, text=articles[1], by=agent, outcome="na", at=NOW)


def test_the_first_version_is_used_and_finds_what_the_words_of_articles_do_not(
    queue: Queue, articles: dict[int, ArticleText]
) -> None:
    _solve(queue, articles)
    before = assess("", "tunnel breaks off again")

    model = training.train(now=NOW)
    after = assess("", "tunnel breaks off again")

    assert model is not None
    assert (model.state, model.version, model.figures["tickets"]) == (State.ACTIVE, 1, 96)
    assert (before.version, before.solutions) == (0, ())
    assert (after.version, after.solutions[0].article) == (1, articles[3].article_id)
    assert set(after.solutions[0].words) <= {"tunnel", "breaks", "off"}
    assert Ticket.objects.get(pk=after.like[0].ticket).subject.startswith("tunnel breaks off")
    assert all(articles[3].article_id in one.articles for one in after.solutions[0].like)


def test_tickets_on_which_nothing_was_tried_are_remembered_for_their_likeness(
    queue: Queue, articles: dict[int, ArticleText]
) -> None:
    _solve(queue, articles)
    scanner = _ask(queue, "scanner in room twelve eats pages", state="closed", resolved_at=NOW)
    training.train(now=NOW)

    assert [one.ticket for one in assess("", "the scanner eats pages").like] == [scanner.pk]


def test_what_went_out_by_itself_teaches_only_when_somebody_confirmed_it(
    queue: Queue, articles: dict[int, ArticleText]
) -> None:
    silent, confirmed, sent = (
        _ask(queue, f"badge reader {number}", state="closed", resolved_at=NOW) for number in range(3)
    )
    for ticket, by, outcome in ((silent, None, "open"), (confirmed, None, "worked"), (sent, make_agent(queue), "open")):
        SolutionAttempt.objects.create(ticket=ticket, text=articles[1], by=by, outcome=outcome, at=NOW, asked_at=NOW)

    taught = lessons.read(NOW)

    assert (taught.numbers, taught.others) == ([confirmed.pk, sent.pk], [silent.pk])
    assert taught.solved_by == [(articles[1].article_id,)] * 2


def test_an_article_that_came_later_counts_at_once(queue: Queue, articles: dict[int, ArticleText]) -> None:
    _solve(queue, articles)
    training.train(now=NOW)
    assert assess("", "badge reader beeps twice").solutions == ()

    late = make_article("Badge reader beeps twice", "en", symptom="", steps="")
    assessing._keeper()._made -= assessing.REBUILT_AFTER

    assert assess("", "badge reader beeps twice").solutions[0].article == late.article_id


def test_an_article_that_is_gone_is_never_named(queue: Queue, articles: dict[int, ArticleText]) -> None:
    _solve(queue, articles)
    training.train(now=NOW)
    article = articles[3].article
    article.state = "archived"
    article.save()

    assert article.pk not in [one.article for one in assess("", "vpn error 809").solutions]


def test_triage_writes_down_what_the_model_says(queue: Queue, articles: dict[int, ArticleText]) -> None:
    _solve(queue, articles)
    training.train(now=NOW)
    ticket = _ask(queue, "tunnel breaks off")

    triage(ticket, now=NOW, may_route=True)
    triage(ticket, now=NOW, may_route=True)

    first = Suggestion.objects.filter(ticket=ticket).order_by("position")[0]
    ticket.refresh_from_db()
    assert (first.text_id, first.evidence["version"]) == (articles[3].pk, 1)
    assert 0 < first.evidence["confidence"] <= 1
    assert ticket.triage.learnt["version"] == 1
    assert all(number != ticket.pk for number, _ in ticket.triage.learnt["like"])


def test_the_words_that_speak_for_a_queue_stand_in_the_request(queue: Queue, articles: dict[int, ArticleText]) -> None:
    printers = make_queue(is_default=False)
    for number in range(40):
        _ask(queue, f"Passwort vergessen {number}", state="closed", resolved_at=NOW)
        _ask(printers, f"Papierstau im Flur {number}", state="closed", resolved_at=NOW)
    training.train(now=NOW)

    found = assess("Hallo", "Schon wieder Papierstau!")

    assert found.queues[0].label == str(printers.pk)
    assert found.queue_words[0] == "Papierstau"
    assert "Passwort" not in found.queue_words


def test_two_trainings_at_once_are_one(queue: Queue) -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [training._LOCK])
        assert training.train(now=NOW) is None
        with pytest.raises(CommandError, match="Another training"):
            call_command("train_triage")
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [training._LOCK])
    finally:
        other.close()
    assert training.train(now=NOW) is not None


def test_what_a_killed_worker_left_is_marked_and_never_used(queue: Queue) -> None:
    left = TriageModel.objects.create(version=1, made_at=NOW, step="solutions")

    model = training.train(now=NOW)

    left.refresh_from_db()
    assert (left.state, left.step) == (State.FAILED, "killed")
    assert model is not None
    assert model.version == 2


def test_asking_twice_asks_once_and_is_due(queue: Queue) -> None:
    assert not versions.is_due(NOW)
    assert versions.ask_for(now=NOW) == versions.ask_for(now=NOW)
    assert versions.is_due(NOW)

    training.train(now=NOW)

    assert not versions.is_due(NOW)
    assert TriageModel.objects.count() == 1


def test_a_version_that_does_worse_waits_and_one_can_go_back(queue: Queue, articles: dict[int, ArticleText]) -> None:
    _solve(queue, articles)
    first = training.train(now=NOW)
    assert first is not None
    TriageModel.objects.filter(pk=first.pk).update(figures={"hit1": 1.5})

    second = training.train(now=NOW)

    assert second is not None
    assert second.state == State.DRAFT
    versions.use(second)
    assert list(TriageModel.objects.values_list("version", "state")) == [(2, State.ACTIVE), (1, State.RETIRED)]
    versions.use(first)
    assert list(TriageModel.objects.values_list("version", "state")) == [(2, State.RETIRED), (1, State.ACTIVE)]


def test_old_content_goes_and_figures_stay(queue: Queue) -> None:
    for _ in range(versions.KEPT + 2):
        training.train(now=NOW)

    kept = list(TriageModel.objects.values_list("size", flat=True))
    assert [bool(size) for size in kept] == [True] * versions.KEPT + [False] * 2
    assert not any(versions.use(one) for one in TriageModel.objects.filter(size=0))  # type: ignore[func-returns-value]
    assert TriageModel.objects.get(state=State.ACTIVE).version == versions.KEPT + 2


def test_content_of_another_format_is_left_alone(queue: Queue, articles: dict[int, ArticleText]) -> None:
    TriageModel.objects.create(version=1, made_at=NOW, state=State.ACTIVE, content=b"not ours", size=8)

    assert assess("", "vpn error 809").version == 0


def test_tickets_are_read_by_a_constant_number_of_queries(queue: Queue, articles: dict[int, ArticleText]) -> None:
    _solve(queue, articles, rounds=1)
    with connection.execute_wrapper(_counting := _Counting()):
        few = lessons.read(NOW).count
    once = _counting.count
    _solve(queue, articles, rounds=3)
    with connection.execute_wrapper(_counting := _Counting()):
        assert lessons.read(NOW).count > few
    assert _counting.count == once


class _Counting:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.count += 1
        return execute(sql, params, many, context)


def test_the_pages_never_load_the_engine() -> None:
    code = (
        "import django, sys; django.setup(); from django.urls import get_resolver; get_resolver().reverse_dict; import helpdesk.asgi; "
        "sys.exit('numpy' in sys.modules or 'tickets.triage.assessing' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_articles_of_the_second_level_are_suggested_to_those_who_may_read_them(queue: Queue) -> None:
    second = make_queue(tier=Queue.Tier.SECOND, is_default=False)
    article = make_article(
        "Badge reader beeps twice", "en", symptom="", steps="Replace the board.", audience="second_level"
    )
    ticket = _ask(queue, "Badge reader beeps twice")

    triage(ticket, now=NOW, may_route=True)

    assert solutions(ticket, make_agent(queue)) == []
    specialist = make_agent(second)
    assert [one.suggestion.text_id for one in solutions(ticket, specialist)] == [article.pk]
