import pytest

from knowledgebase.models import Article
from knowledgebase.operations import Content, Facts, confirm_translation, publish, revise, translate, write_article
from tests.factories import NOW, later, make_agent

pytestmark = pytest.mark.django_db

GERMAN, ENGLISH = Content(title="Drucker", steps="1. Toner"), Content(title="Printer", steps="1. Toner")


@pytest.fixture
def agent():
    return make_agent()


@pytest.fixture
def article(agent):
    article = write_article(language="de", content=GERMAN, facts=Facts(), by=agent, now=NOW)
    translate(article, language="en", content=ENGLISH, by=agent, now=NOW)
    return article


def states(article):
    """Say of each language whether it is out of date, as the article and as the list say it."""
    article = Article.objects.with_texts().get(pk=article.pk)
    shown = {text.language: article.is_out_of_date(text) for text in article.texts.all()}
    return shown, Article.objects.out_of_date().filter(pk=article.pk).count()


def change(article, language, agent, steps="1. Papier", **more):
    text = article.texts.get(language=language)
    content = Content(title=text.title, steps=steps)
    return revise(text, content=content, by=agent, now=later(5), base_version=text.version, **more)


def test_a_translation_knows_what_it_was_made_from(article, agent):
    assert states(article) == ({"de": False, "en": False}, 0)

    change(article, "de", agent)

    assert states(article) == ({"de": False, "en": True}, 1)


def test_publishing_changes_no_words(article, agent):
    publish(article, by=agent, now=later(1))

    assert states(article) == ({"de": False, "en": False}, 0)


def test_a_small_change_leaves_translations_as_they_are(article, agent):
    change(article, "de", agent, is_small=True)

    assert states(article) == ({"de": False, "en": False}, 0)


def test_a_change_of_the_translation_alone_does_not_bring_it_up_to_date(article, agent):
    change(article, "de", agent)
    change(article, "en", agent, steps="1. Something else")
    assert states(article)[1] == 1

    original = article.texts.get(language="de")
    change(article, "en", agent, steps="1. Paper", source_version=original.content_version)

    assert states(article) == ({"de": False, "en": False}, 0)


def test_one_click_says_that_it_still_says_the_same(article, agent):
    change(article, "de", agent)
    original, english = (article.texts.get(language=language) for language in ("de", "en"))

    confirm_translation(english, source_version=original.content_version, by=agent, now=later(9))

    english.refresh_from_db()
    assert states(article)[1] == 0
    assert english.steps == "1. Toner"
    assert english.revisions.latest("number").change == "checked"


def test_a_translation_is_never_the_original(article, agent):
    german = article.texts.get(language="de")

    assert Article.objects.with_texts().get().original == german
    assert german.source_version is None
