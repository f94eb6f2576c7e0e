"""What stands beside a ticket: a suggestion is shown to nobody who may not read its article."""

import pytest

from knowledgebase.models import Article
from tests.factories import make_agent, make_article, make_levels, make_ticket
from tickets.help import solutions
from tickets.models import Suggestion

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["first", "second"]),
        ({"audience": "second_level"}, ["second"]),
        ({"state": "archived"}, []),
        ({"state": "draft"}, []),
    ],
)
def test_a_suggestion_goes_with_its_article(change, expected):
    first, second = make_levels()
    people = {"first": make_agent(first), "second": make_agent(second)}
    ticket, text = make_ticket(first), make_article("VPN-Fehler 809")
    Suggestion.objects.create(ticket=ticket, position=1, text=text, score=2.0, words=["809"])

    Article.objects.filter(pk=text.article_id).update(**change)

    assert [name for name, person in people.items() if solutions(ticket, person)] == expected
