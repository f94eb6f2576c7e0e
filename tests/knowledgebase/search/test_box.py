import pytest
from django.contrib.auth.models import AnonymousUser

from knowledgebase.models import Article
from knowledgebase.search import search
from tests.factories import make_agent, make_article
from tests.knowledgebase.articles import make_knowledge_base

pytestmark = pytest.mark.django_db


def _keys(query, language="de"):
    return [hit.text.article.key for hit in search(query, AnonymousUser(), language)]


@pytest.mark.parametrize(
    ("query", "language", "key"),
    [
        ("Kennw", "de", "password"),
        ("kennwort zurueckse", "de", "password"),
        ("drukcer druckt", "de", "printer"),
        ("Netzlaufwrk", "de", "share"),
        ("vpn tunnel", "de", "vpn"),
        ("acount unlock", "en", "locked"),
        ("WLAN", "de", "wifi"),
        ("suspicious", "de", "phishing"),
    ],
)
def test_a_few_letters_find_the_article(query, language, key):
    make_knowledge_base()

    assert _keys(query, language)[0] == key


@pytest.mark.parametrize("query", ["", "  ", "'", "' & | ! :* \\ ( )", "<", "\x01", "-- ;"])
def test_odd_signs_find_nothing_and_break_nothing(query):
    make_knowledge_base()

    assert search(query, AnonymousUser(), "de") == []


def test_an_article_is_found_once_in_the_readers_language():
    make_knowledge_base()

    assert [hit.text.language for hit in search("Outlook Profil", AnonymousUser(), "de")] == ["de"]
    assert [hit.text.language for hit in search("Outlook", AnonymousUser(), "en")] == ["en"]


def test_found_words_are_marked_and_everything_else_is_escaped():
    make_article(
        "Drucker <b>piept</b> nicht \ue000", symptom="<script>alert(1)</script> Der Drucker & das Papier \ue001"
    )

    hit = search("Drucker", AnonymousUser(), "de")[0]

    assert hit.title == "<mark>Drucker</mark> &lt;b&gt;piept&lt;/b&gt; nicht "
    assert "<script" not in hit.excerpt
    assert "<mark>Drucker</mark> &amp; das Papier" in hit.excerpt


def test_nobody_finds_what_they_may_not_read():
    make_article("Geheimer Tresor", audience=Article.Audience.AGENTS)
    make_article("Neuer Tresor", state=Article.State.DRAFT)

    assert search("Tresor", AnonymousUser(), "de") == []
    assert [hit.text.title for hit in search("Tresor", make_agent(), "de")] == ["Geheimer Tresor"]


def test_two_statements_for_one_hit_and_for_three(django_assert_num_queries):
    make_article("Drucker eins")
    with django_assert_num_queries(2):
        search("Drucker", AnonymousUser(), "de")

    make_article("Drucker zwei")
    make_article("Drucker drei")

    with django_assert_num_queries(2):
        assert len(search("Drucker", AnonymousUser(), "de")) == 3
