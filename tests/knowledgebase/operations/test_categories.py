from dataclasses import asdict

import pytest
from django.contrib.auth.models import AnonymousUser

from knowledgebase.models import Article, Category
from knowledgebase.operations import Content, Facts, describe, publish, write_article
from knowledgebase.operations.categories import InUse, Shelf, remove_category, save_category, save_right
from knowledgebase.search import find_solutions, search
from people.models import AuditEntry, User
from tests.factories import NOW, make_agent, make_levels, make_user

pytestmark = pytest.mark.django_db

SHELF = Shelf(key="vpn", name_de="VPN", name_en="VPN")
AUDIENCES = ["public", "customers", "agents", "second_level"]


@pytest.fixture
def admin():
    return make_agent(role=User.Role.ADMIN)


def published(by, category, audience="public"):
    content = Content(title="VPN Fehler 809 Tunnel", symptom="VPN Fehler 809", steps="1. Neu starten")
    facts = Facts(category_id=category.pk if category else None, audience=audience)
    return publish(write_article(language="de", content=content, facts=facts, by=by, now=NOW), by=by, now=NOW)


@pytest.mark.parametrize("of_category", AUDIENCES)
@pytest.mark.parametrize("of_article", AUDIENCES)
def test_the_narrower_audience_counts_everywhere(admin, of_article, of_category):
    _, second = make_levels()
    people = {
        "public": AnonymousUser(),
        "customers": make_user(),
        "agents": make_agent(),
        "second_level": make_agent(second),
    }
    category = save_category(None, Shelf(**asdict(SHELF) | {"audience": of_category}), by=admin, now=NOW)
    article = published(admin, category, of_article)
    narrower = max(AUDIENCES.index(of_article), AUDIENCES.index(of_category))
    expected = AUDIENCES[narrower:]

    assert [who for who, person in people.items() if Article.objects.visible_to(person).exists()] == expected
    assert [who for who, person in people.items() if search("Tunnel", person, "de")] == expected
    assert [who for who in AUDIENCES if find_solutions("VPN Fehler 809", language="de", audience=who)] == expected
    assert Facts.of(article).audience == of_article


def test_a_category_that_becomes_narrower_takes_its_articles_along_and_gives_them_back(admin):
    category = save_category(None, SHELF, by=admin, now=NOW)
    article = published(admin, category)
    seen = []

    for audience in ("second_level", "public"):
        save_category(category, Shelf(**asdict(SHELF) | {"audience": audience}), by=admin, now=NOW)
        seen.append(Article.objects.visible_to(AnonymousUser()).filter(pk=article.pk).exists())

    assert seen == [False, True]


def test_leaving_a_narrow_category_gives_back_what_was_chosen(admin):
    narrow = Category.objects.create(key="n", name_de="N", name_en="N", audience="agents")
    article = published(admin, narrow, "customers")
    assert article.audience == "agents"

    describe(article, facts=Facts(audience="customers"), by=admin, now=NOW)

    assert Article.objects.get().audience == "customers"


def test_a_category_with_articles_is_not_removed(admin):
    category = save_category(None, SHELF, by=admin, now=NOW)
    published(admin, category)

    with pytest.raises(InUse):
        remove_category(category, by=admin, now=NOW)
    assert Category.objects.exists()


def test_changes_are_on_record(admin):
    category = save_category(None, SHELF, by=admin, now=NOW)
    save_category(category, Shelf(**asdict(SHELF) | {"needs_review": True}), by=admin, now=NOW)
    save_right(role="agent", person=None, actions=frozenset({"write"}), by=admin, now=NOW)
    remove_category(category, by=admin, now=NOW)

    entries = list(AuditEntry.objects.order_by("pk").values_list("action", "changes__needs_review"))
    assert [action for action, _ in entries] == ["created", "changed", "created", "removed"]
    assert entries[1][1] == [False, True]


def test_a_person_without_rights_of_their_own_has_no_row(admin):
    person = make_agent()
    right = save_right(role=None, person=person, actions=frozenset({"review"}), by=admin, now=NOW)
    assert right.actions == {"review"}

    assert save_right(role=None, person=person, actions=frozenset(), by=admin, now=NOW) is None
    assert not person._meta.model.objects.filter(knowledge_right__isnull=False).exists()
