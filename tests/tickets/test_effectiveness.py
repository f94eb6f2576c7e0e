"""Which share of attempts ended solved and stayed so, in how many minutes, and how it went week by week."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from knowledgebase.models import ArticleText
from people.models import User
from tests.factories import NOW, later, make_agent, make_article, make_levels, make_ticket
from tickets.effectiveness import Effect, by_week, effect_of, effects
from tickets.models import Queue, SolutionAttempt, Ticket
from tickets.operations.reopening import reopen
from tickets.operations.replying import reply
from tickets.operations.resolution import close, resolve
from tickets.operations.trying import try_solution

pytestmark = pytest.mark.django_db
Outcome = SolutionAttempt.Outcome


@pytest.fixture
def queue() -> Queue:
    return make_levels()[0]


@pytest.fixture
def agent(queue: Queue) -> User:
    return make_agent(queue)


def solved(
    queue: Queue, agent: User, text: ArticleText, *, minutes: int = 20, outcome: Outcome = Outcome.OPEN
) -> Ticket:
    ticket = make_ticket(queue)
    try_solution(ticket, text=text, by=agent, now=NOW, outcome=outcome)
    reply(ticket, text="So geht es.", by=agent, now=NOW)
    resolve(ticket, solution="x", by=agent, now=later(minutes))
    return ticket


def test_what_was_solved_and_stays_so_helped(queue: Queue, agent: User) -> None:
    text = make_article()
    for minutes in (10, 20, 60):
        solved(queue, agent, text, minutes=minutes)
    solved(queue, agent, text, outcome=Outcome.FAILED)
    solved(queue, agent, text, outcome=Outcome.NOT_APPLICABLE)

    found = effect_of(text.article_id)

    assert found == Effect(article=text.article_id, tried=4, helped=3, at_first=3, minutes=20)
    assert (found.percent, found.low < 75 < found.high) == (75, True)


def test_what_is_not_known_yet_does_not_count(queue: Queue, agent: User) -> None:
    text = make_article()
    try_solution(make_ticket(queue), text=text, by=agent, now=NOW)
    try_solution(make_ticket(queue), text=text, by=agent, now=NOW, outcome=Outcome.WORKED)

    assert effects() == {}
    assert effect_of(text.article_id).tried == 0


@pytest.mark.parametrize(("days", "helped"), [(13, 0), (15, 1)])
def test_coming_back_within_the_days_of_the_setting_undoes_it(
    queue: Queue, agent: User, days: int, helped: int
) -> None:
    text = make_article()
    ticket = solved(queue, agent, text, outcome=Outcome.WORKED)
    close(ticket, by=agent, now=later(30))

    reopen(ticket, by=ticket.requester, now=NOW + timedelta(days=days))

    found = effect_of(text.article_id)
    assert (found.tried, found.helped) == (1, helped)


def test_of_two_that_nobody_spoke_about_the_last_one_solved_it(queue: Queue, agent: User) -> None:
    first, last = make_article("Erstes"), make_article("Zweites")
    ticket = make_ticket(queue)
    try_solution(ticket, text=first, by=agent, now=NOW)
    try_solution(ticket, text=last, by=agent, now=later(1))
    resolve(ticket, solution="x", by=agent, now=later(2))

    assert {article: effect.helped for article, effect in effects().items()} == {last.article_id: 1}


def test_a_second_answer_is_no_first_contact(queue: Queue, agent: User) -> None:
    text = make_article()
    ticket = make_ticket(queue)
    try_solution(ticket, text=text, by=agent, now=NOW)
    for minute in (1, 2):
        reply(ticket, text="Und?", by=agent, now=later(minute))
    resolve(ticket, solution="x", by=agent, now=later(9))

    found = effect_of(text.article_id)
    assert (found.helped, found.at_first) == (1, 0)


def test_weeks_show_where_it_goes(queue: Queue, agent: User) -> None:
    text = make_article()
    solved(queue, agent, text)
    bad = solved(queue, agent, text, outcome=Outcome.FAILED)
    SolutionAttempt.objects.filter(ticket=bad).update(settled_at=NOW - timedelta(weeks=2))

    weeks = by_week([text.article_id], NOW, weeks=3)[text.article_id]

    assert [(week.tried, week.helped) for week in weeks] == [(1, 0), (0, 0), (1, 1)]


def test_many_articles_take_one_query(
    queue: Queue, agent: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        solved(queue, agent, make_article(f"Artikel {number}"))

    with django_assert_num_queries(1):
        effects_of = list(effects())
    with django_assert_num_queries(1):
        assert len(by_week(effects_of, NOW)) == 3
