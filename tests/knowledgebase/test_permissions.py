import pytest
from django.contrib.auth.models import AnonymousUser

from knowledgebase.models import Article
from knowledgebase.permissions import can
from people.models import User
from tests.factories import make_agent, make_article, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return {
        "anonymous": AnonymousUser(),
        "requester": make_user(),
        "agent": make_agent(),
        "author": make_agent(),
        "lead": make_agent(role=User.Role.LEAD),
        "admin": make_agent(role=User.Role.ADMIN),
        "former": make_agent(is_active=False),
    }


@pytest.fixture
def articles(people):
    made = {}
    for state in Article.State.values:
        for audience in Article.Audience.values:
            article = make_article(f"{state} {audience}", state=state, audience=audience).article
            article.owner = people["author"]
            article.save()
            made[f"{state} {audience}"] = article
    return made


def test_who_reads_what(people, articles):
    seen = {
        name: {key for key, article in articles.items() if article in Article.objects.visible_to(person)}
        for name, person in people.items()
    }

    outside = {"published public"}
    assert seen == {
        "anonymous": outside,
        "requester": outside,
        "former": outside,
        "agent": {"published public", "published agents"},
        "author": set(articles),
        "lead": set(articles),
        "admin": set(articles),
    }


def test_who_edits_what(people, articles):
    allowed = {
        name: {key for key, article in articles.items() if can(person, "edit", article)}
        for name, person in people.items()
    }

    assert allowed == {
        "anonymous": set(),
        "requester": set(),
        "former": set(),
        "agent": {"published public", "published agents"},
        "author": set(articles),
        "lead": set(articles),
        "admin": set(articles),
    }


@pytest.mark.parametrize("action", ["publish", "archive"])
def test_who_publishes(people, articles, action):
    allowed = {name for name, person in people.items() if can(person, action, articles["draft public"])}

    assert allowed == {"author", "lead", "admin"}


def test_who_begins_an_article(people):
    assert {name for name, person in people.items() if can(person, "write")} == {"agent", "author", "lead", "admin"}


def test_an_unknown_action_is_refused(people, articles):
    assert not can(people["admin"], "explode", articles["draft public"])
    assert not can(people["admin"], "edit")
