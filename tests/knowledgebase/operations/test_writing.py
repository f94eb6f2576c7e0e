from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from knowledgebase.models import Article, Revision
from knowledgebase.operations import (
    AlreadyThere,
    AlreadyTranslated,
    Content,
    Facts,
    NotReady,
    Outdated,
    archive,
    publish,
    restore,
    revise,
    translate,
    write_article,
)
from tests.factories import NOW, later, make_agent

pytestmark = pytest.mark.django_db

GERMAN = Content(title="Drucker druckt nicht", symptom="Kein Papier.", steps="1. Toner prüfen.")


def _write(by=None, content=GERMAN):
    return write_article(language="de", content=content, facts=Facts(minutes=9), by=by, now=NOW)


def _history(text):
    return [(one.number, one.change, one.by) for one in text.revisions.order_by("number")]


def test_an_article_begins_as_a_draft_of_its_author():
    agent = make_agent()

    article = _write(by=agent)

    text = article.texts.get()
    assert (article.state, article.owner, article.minutes) == (Article.State.DRAFT, agent, 9)
    assert (text.title, text.version) == ("Drucker druckt nicht", 1)
    assert _history(text) == [(1, "written", agent)]


def test_every_change_leaves_a_revision():
    agent = make_agent()
    article = _write(by=agent)
    text = article.texts.get()

    revise(
        text, content=Content(title="Drucker streikt", steps="1. Neu starten."), by=agent, now=later(1), base_version=1
    )
    publish(article, by=agent, now=later(2))
    archive(article, by=None, now=later(3))

    text.refresh_from_db()
    assert _history(text) == [
        (1, "written", agent),
        (2, "revised", agent),
        (3, "published", agent),
        (4, "archived", None),
    ]
    assert text.version == 4
    assert text.revisions.get(number=1).content["title"] == "Drucker druckt nicht"
    assert text.revisions.get(number=3).content["article"]["state"] == "published"


def test_a_text_that_changed_meanwhile_is_not_overwritten():
    text = _write().texts.get()
    revise(text, content=Content(title="Von Jonas"), by=None, now=later(1), base_version=1)

    with pytest.raises(Outdated) as refused:
        revise(text, content=Content(title="Von Lena"), by=None, now=later(2), base_version=1)

    text.refresh_from_db()
    assert refused.value.text.title == text.title == "Von Jonas"
    assert text.version == 2


def test_an_earlier_version_comes_back_as_a_new_one():
    text = _write().texts.get()
    revise(text, content=Content(title="Kaputt"), by=None, now=later(1), base_version=1)

    restored = restore(text.revisions.get(number=1), by=None, now=later(2), base_version=2)

    assert Content.of(restored) == GERMAN
    assert _history(text)[-1] == (3, "restored", None)


def test_a_revision_also_changes_what_the_article_is():
    text = _write().texts.get()

    revise(text, content=GERMAN, facts=Facts(kind="howto", minutes=12), by=None, now=later(1), base_version=1)

    article = Article.objects.get()
    assert (article.kind, article.minutes, article.updated_at) == ("howto", 12, later(1))


def test_a_language_is_added_once():
    article = _write()
    translate(article, language="en", content=Content(title="Printer"), by=None, now=NOW)

    with pytest.raises(AlreadyTranslated):
        translate(article, language="en", content=Content(title="Printer"), by=None, now=NOW)

    assert article.texts.count() == 2


def test_an_article_without_steps_is_not_published():
    article = _write(content=Content(title="Leer"))

    with pytest.raises(NotReady):
        publish(article, by=None, now=NOW)

    article.refresh_from_db()
    assert article.state == Article.State.DRAFT


def test_publishing_twice_is_refused():
    article = publish(_write(), by=None, now=NOW)

    with pytest.raises(AlreadyThere):
        publish(article, by=None, now=NOW + timedelta(minutes=1))


@pytest.mark.parametrize("change", [lambda row: row.delete(), lambda row: row.update(number=9)])
def test_revisions_stay_as_they_are(change):
    text = _write().texts.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        change(Revision.objects.filter(text=text))

    assert _history(text) == [(1, "written", None)]


def test_an_internal_article_is_never_public():
    with pytest.raises(IntegrityError), transaction.atomic():
        write_article(language="de", content=GERMAN, facts=Facts(kind="internal", audience="public"), by=None, now=NOW)
