"""Which articles help, which of two helps more, and how often triage was right; who sees it, and in how many queries."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from knowledgebase.models import ArticleText
from people.models import User
from tests.factories import make_agent, make_article, make_levels, make_ticket, make_user
from tickets.models import Queue, SolutionAttempt, Ticket, TriageDecision
from tickets.operations.resolution import resolve
from tickets.operations.trying import try_solution

pytestmark = pytest.mark.django_db
Outcome = SolutionAttempt.Outcome
LIST, TWO, ACCURACY = "/start/effectiveness/", "/start/effectiveness/comparison/", "/start/accuracy/"


@pytest.fixture
def queue() -> Queue:
    return make_levels()[0]


@pytest.fixture
def lead(client: Client) -> User:
    lead = make_agent(role=User.Role.LEAD, language="en")
    client.force_login(lead)
    return lead


def used(queue: Queue, by: User, title: str, helped: int, failed: int = 0) -> ArticleText:
    """Make an article that was used on so many solved tickets."""
    text, now = make_article(title), timezone.now()
    for number in range(helped + failed):
        ticket = make_ticket(queue, now=now)
        outcome = Outcome.WORKED if number < helped else Outcome.FAILED
        try_solution(ticket, text=text, by=by, now=now, outcome=outcome)
        resolve(ticket, solution="x", by=by, now=now)
    return text


def decided(queue: Queue, verdict: str, **fields: object) -> TriageDecision:
    """Make a decision that was judged."""
    given = {"mode": "suggest", "would_act": True, "confidence": 0.97, "model_version": 1, "made_at": timezone.now()}
    ticket = make_ticket(queue, subject="Drucker")
    return TriageDecision.objects.create(
        ticket=ticket, subject="queue", said_queue=queue, verdict=verdict, **(given | fields)
    )


def test_what_is_sure_comes_first(client: Client, lead: User, queue: Queue) -> None:
    used(queue, lead, "Zwei von zwei", 2)
    used(queue, lead, "Oft", 9, 1)

    page = client.get(LIST)

    shown = [
        (row.title, row.effect.helped, row.effect.tried, row.effect.at_first_percent) for row in page.context["rows"]
    ]
    assert shown == [("Oft", 9, 10, 90), ("Zwei von zwei", 2, 2, 100)]
    assert "9 of 10" in page.content.decode()


def test_the_order_is_chosen(client: Client, lead: User, queue: Queue) -> None:
    used(queue, lead, "Selten gut", 3)
    used(queue, lead, "Oft schlecht", 1, 4)

    by_use = [row.title for row in client.get(f"{LIST}?order=tried").context["rows"]]

    assert by_use == ["Oft schlecht", "Selten gut"]
    assert client.get(f"{LIST}?order=nonsense").context["order"] == "helped"


def test_agents_see_only_articles_they_may_read(client: Client, queue: Queue) -> None:
    agent = make_agent(queue)
    hidden = used(queue, agent, "GEHEIM", 1)
    hidden.article.audience = "second_level"
    hidden.article.save()
    client.force_login(agent)

    assert b"GEHEIM" not in client.get(LIST).content + client.get(TWO).content
    assert client.get(f"{TWO}?one={hidden.article_id}&other={hidden.article_id}").status_code == 404


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ((9, 0), (0, 9), "Too few cases"),
        ((14, 1), (4, 11), "surely helps more often: by 67 percentage points"),
        ((10, 4), (9, 5), "perhaps helps more often"),
        ((7, 5), (7, 5), "Both help equally often"),
    ],
)
def test_two_are_compared_in_plain_words(
    client: Client, lead: User, queue: Queue, one: tuple[int, int], other: tuple[int, int], words: str
) -> None:
    a, b = used(queue, lead, "Erster", *one), used(queue, lead, "Zweiter", *other)

    there = client.get(f"{TWO}?one={a.article_id}&other={b.article_id}").content.decode()
    back = client.get(f"{TWO}?one={b.article_id}&other={a.article_id}").content.decode()

    assert words in there
    assert words in back
    assert ("“Erster”" in there) == ("helps" in words)


def test_the_article_shows_what_came_of_it(client: Client, lead: User, queue: Queue) -> None:
    text = used(queue, lead, "Router", 3, 1)

    page = client.get(f"/knowledge/{text.article_id}/").content.decode()

    assert "3 of 4" in page
    assert "surely between 30 and 95 %" in page


def test_accuracy_by_category_and_week(client: Client, lead: User, queue: Queue) -> None:
    for verdict in ("right", "right", "wrong", "open", "unsaid"):
        decided(queue, verdict)
    decided(queue, "right", would_act=False, made_at=timezone.now() - timedelta(weeks=3))
    wrong = TriageDecision.objects.get(verdict="wrong")

    page = client.get(ACCURACY)

    (line,) = page.context["lines"]
    whole = line.whole
    assert (line.name, whole.all, whole.judged, whole.right) == (queue.name_en, 6, 4, 3)
    assert (whole.sure, whole.sure_judged, whole.sure_right) == (5, 3, 2)
    assert [cell.right for cell in line.cells] == [0, 0, 0, 0, 1, 0, 0, 2]
    assert list(page.context["page"]) == [wrong]
    assert "it would have done it" in page.content.decode()


def test_accuracy_is_for_leads(client: Client, queue: Queue) -> None:
    client.force_login(make_agent(queue))
    for_agents = client.get(ACCURACY).status_code
    client.force_login(make_user())

    assert (for_agents, client.get(ACCURACY).status_code, client.get(LIST).status_code) == (403, 404, 404)


def test_three_rows_cost_as_much_as_one(
    client: Client, lead: User, queue: Queue, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    counts = []
    for round_ in range(2):
        for number in range(1 + round_):
            used(queue, lead, f"Artikel {round_}{number}", 1)
            decided(make_levels()[0], "wrong")
        found = []
        for address in (LIST, TWO, ACCURACY):
            client.get(address)
            with django_assert_max_num_queries(30) as caught:
                client.get(address)
            found.append(len(caught))
        counts.append(found)

    assert Ticket.objects.count() > 3
    assert counts[0] == counts[1]
