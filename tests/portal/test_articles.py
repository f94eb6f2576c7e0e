"""What the knowledge base looks like from the portal: for whom, in which language, and how old."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override

from knowledgebase.models import Article, ArticleText, Category, Feedback
from knowledgebase.operations import Content, Facts, confirm_right, publish, revise, translate, write_article
from tests.factories import NOW, make_agent, make_article, make_levels, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return make_agent()


@pytest.fixture
def both(author):
    content = Content(title="Drucker druckt nicht", symptom="Kein Papier", steps="1. Toner")
    article = write_article(language="de", content=content, facts=Facts(), by=author, now=NOW)
    translate(article, language="en", content=Content(title="Printer", steps="1. Toner"), by=author, now=NOW)
    return publish(article, by=author, now=NOW)


def read(client, article, language=""):
    address = reverse("portal:article", args=[article.pk])
    return client.get(address, {"language": language} if language else {}).content.decode()


def in_english(client):
    client.post(reverse("people:language"), {"language": "en"})


def test_each_audience_reads_its_own_and_staff_read_here_what_customers_read():
    _, second = make_levels()
    titles = {audience: f"Drucker {audience}" for audience in Article.Audience.values}
    made = {audience: make_article(title, audience=audience).article for audience, title in titles.items()}
    readers = {"visitor": None, "customer": make_user(), "agent": make_agent(), "specialist": make_agent(second)}
    seen = {}

    for name, reader in readers.items():
        client = Client()
        if reader is not None:
            client.force_login(reader)
        pages = [client.get("/help/").content.decode(), client.get("/help/?q=Drucker").content.decode()]
        pages += [client.get(reverse("portal:article", args=[one.pk])).content.decode() for one in made.values()]
        seen[name] = [
            sum(title in page.replace("<mark>", "").replace("</mark>", "") for page in pages)
            for title in titles.values()
        ]

    outside, inside = [3, 0, 0, 0], [3, 3, 0, 0]
    assert seen == {"visitor": outside, "customer": inside, "agent": inside, "specialist": inside}


def test_nobody_votes_on_what_they_may_not_read(client):
    hidden = make_article("Drucker", audience="customers").article

    assert client.post(reverse("portal:feedback", args=[hidden.pk]), {"helpful": "yes"}).status_code == 404
    assert not Feedback.objects.exists()


def test_a_reader_counts_once_and_may_change_their_mind(both):
    person, visitors = make_user(), [Client(), Client()]
    known = Client()
    known.force_login(person)

    for client in (known, known, *visitors, visitors[0]):
        assert client.post(reverse("portal:feedback", args=[both.pk]), {"helpful": "yes"}).url == "/request/solved/"
    answer = visitors[0].post(reverse("portal:feedback", args=[both.pk]), {"helpful": "no"})

    assert answer.url.startswith("/request/new/?q=")
    assert sorted(Feedback.objects.values_list("person", "is_helpful"), key=str) == sorted(
        [(person.pk, True), (None, False), (None, True)], key=str
    )


def test_a_voice_of_a_visitor_says_nothing_about_them(client, both):
    client.post(reverse("portal:feedback", args=[both.pk]), {"helpful": "yes"})

    visitor = Feedback.objects.get().visitor
    assert len(visitor) == 32
    assert visitor != client.session.session_key


def test_an_article_without_ones_language_is_shown_with_a_word_about_it(client):
    article = make_article("Nur deutsch").article
    in_english(client)

    page = read(client, article)

    assert '<h1 lang="de">Nur deutsch</h1>' in page
    assert "There is no text in your language yet; this one is in Deutsch." in page
    client.post(reverse("people:language"), {"language": "de"})
    assert "callout is-note" not in read(client, article)


def test_a_translation_that_fell_behind_leads_to_its_original(client, author, both):
    in_english(client)
    assert "older than its original" not in read(client, both)
    german = both.texts.get(language="de")
    revise(
        german, content=Content(title="Drucker neu", steps="1. Neu"), by=author, now=NOW, base_version=german.version
    )

    page = read(client, both)

    assert "This translation is older than its original." in page
    assert 'href="?language=de"' in page
    assert "older than its original" not in read(client, both, "de")


def test_readers_see_when_an_article_was_checked(client, author, both):
    in_english(client)
    with override("en"):
        days = [date_format(NOW + timedelta(days=more), "SHORT_DATE_FORMAT") for more in (0, 10)]
    assert f"Last checked on {days[0]}" in read(client, both)

    confirm_right(both, by=author, now=NOW + timedelta(days=10))

    assert f"Last checked on {days[1]}" in read(client, both)


def test_articles_stand_under_their_categories(client):
    first = Category.objects.create(key="a", name_de="Erstes", name_en="First", position=1)
    second = Category.objects.create(key="b", name_de="Zweites", name_en="Second", position=2)
    for title, category in (("Ohne Fach", None), ("Im Zweiten", second), ("Im Ersten", first)):
        make_article(title, category=category)
    in_english(client)

    page = client.get("/help/").content.decode()

    shown = ["First", "Im Ersten", "Second", "Im Zweiten", "More", "Ohne Fach"]
    places = [page.index(f">{words}<") for words in shown]
    assert places == sorted(places)


def test_the_pages_cost_the_same_for_one_and_for_three(client, django_assert_max_num_queries):
    def grow():
        category = Category.objects.create(key=f"c{Category.objects.count()}", name_de="C", name_en="C")
        text = make_article("Drucker", category=category)
        ArticleText.objects.create(
            article=text.article, language="en", title="Printer", updated_at=NOW, source_version=1
        )
        return text.article

    article = grow()
    addresses = ["/help/", "/", reverse("portal:article", args=[article.pk])]
    costs = []
    for address in addresses:
        with django_assert_max_num_queries(20) as one:
            client.get(address)
        costs.append(len(one))
    grow()
    grow()

    for address, cost in zip(addresses, costs, strict=True):
        with django_assert_max_num_queries(cost) as three:
            client.get(address)
        assert len(three) == cost
