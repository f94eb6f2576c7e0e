import pytest
from django.contrib.auth.models import AnonymousUser

from knowledgebase.models import Article, Right
from knowledgebase.permissions import can
from people.models import User
from tests.factories import NOW, make_agent, make_article, make_levels, make_user

pytestmark = pytest.mark.django_db

STATES, AUDIENCES = Article.State.values, Article.Audience.values


@pytest.fixture
def people():
    _, second = make_levels()
    reviewer = make_agent()
    Right.objects.create(person=reviewer, may_review=True)
    return {
        "anonymous": AnonymousUser(),
        "requester": make_user(),
        "agent": make_agent(),
        "author": make_agent(),
        "reviewer": reviewer,
        "specialist": make_agent(second),
        "lead": make_agent(role=User.Role.LEAD),
        "admin": make_agent(role=User.Role.ADMIN),
        "former": make_agent(second, is_active=False),
    }


@pytest.fixture
def articles(people):
    made = {}
    for state in STATES:
        for audience in AUDIENCES:
            article = make_article(f"{state} {audience}", state=state, audience=audience, publish_at=NOW).article
            article.owner = people["author"]
            article.save()
            made[f"{state} {audience}"] = article
    return made


def test_who_reads_what(people, articles):
    seen = {
        name: {key for key, article in articles.items() if article in Article.objects.visible_to(person)}
        for name, person in people.items()
    }

    inside = {"published public", "published customers", "published agents"}
    for_first_level = {f"{state} {audience}" for state in STATES for audience in AUDIENCES[:3]}
    waiting = {f"{state} {audience}" for state in ("review", "scheduled") for audience in AUDIENCES[:3]}
    assert seen == {
        "anonymous": {"published public"},
        "requester": {"published public", "published customers"},
        "former": {"published public"},
        "agent": inside,
        "reviewer": inside | waiting,
        "specialist": inside | {"published second_level"},
        "author": for_first_level,
        "lead": set(articles),
        "admin": set(articles),
    }


def test_who_edits_what(people, articles):
    published = {f"published {audience}" for audience in AUDIENCES}

    allowed = {
        name: {key for key, article in articles.items() if can(person, "edit", article)}
        for name, person in people.items()
    }

    waiting = {f"{state} {audience}" for state in ("review", "scheduled") for audience in AUDIENCES}
    assert allowed == {
        "anonymous": set(),
        "requester": set(),
        "former": set(),
        "agent": published,
        "specialist": published,
        "reviewer": published | waiting,
        "author": set(articles),
        "lead": set(articles),
        "admin": set(articles),
    }


@pytest.mark.parametrize("action", ["publish", "archive"])
def test_who_publishes(people, articles, action):
    allowed = {name for name, person in people.items() if can(person, action, articles["draft public"])}

    assert allowed == {"author", "lead", "admin"}


def test_who_reviews(people, articles):
    allowed = {name for name, person in people.items() if can(person, "review", articles["review public"])}

    assert allowed == {"reviewer", "lead", "admin"}


def test_who_begins_an_article(people):
    allowed = {name for name, person in people.items() if can(person, "write")}

    assert allowed == {"agent", "author", "reviewer", "specialist", "lead", "admin"}


def test_a_role_that_may_only_read_changes_nothing(people, articles):
    Right.objects.create(role=User.Role.AGENT)

    agent = User.objects.get(pk=people["author"].pk)

    assert not any(can(agent, action, articles["draft public"]) for action in ("write", "edit", "publish", "archive"))


def test_an_unknown_action_is_refused(people, articles):
    assert not can(people["admin"], "explode", articles["draft public"])
    assert not can(people["admin"], "edit")
