from datetime import timedelta

import pytest

from knowledgebase.models import Notice
from knowledgebase.operations import confirm_right, entrust
from knowledgebase.operations.reminding import remind_due
from people.models import User
from tests.factories import NOW, make_agent, make_article, make_user

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def owner():
    return make_agent()


def due(owner, days=0, **fields):
    article = make_article("Drucker", **fields).article
    return entrust(article, owner=owner, check_on=(NOW + days * DAY).date(), now=NOW)


def told():
    return [notice.person for notice in Notice.objects.filter(kind=Notice.Kind.CHECK_DUE).order_by("pk")]


def test_the_owner_is_asked_once(owner):
    due(owner)

    assert [remind_due(NOW), remind_due(NOW), remind_due(NOW + 5 * DAY)] == [1, 0, 0]
    assert told() == [owner]


def test_nobody_is_asked_too_early_or_about_what_is_not_published(owner):
    due(owner, days=1)
    due(owner, state="draft")

    assert remind_due(NOW) == 0


def test_after_the_next_half_year_the_owner_is_asked_again(owner):
    article = due(owner)
    remind_due(NOW)
    confirm_right(article, by=owner, now=NOW)
    assert remind_due(NOW + DAY) == 0

    assert remind_due(NOW + 181 * DAY) == 1
    assert told() == [owner, owner]


@pytest.mark.parametrize("gone", [None, "inactive", "requester"])
def test_leads_are_asked_where_the_owner_is_gone(gone):
    lead = make_agent(role=User.Role.LEAD)
    owner = None if gone is None else make_agent(is_active=False) if gone == "inactive" else make_user()
    due(owner)

    remind_due(NOW)

    assert told() == [lead]
