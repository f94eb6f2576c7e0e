from datetime import timedelta

import pytest
from django.urls import reverse

from knowledgebase.models import Article, ArticleText
from knowledgebase.operations import Content, Facts, revise, write_article
from people.models import User
from tests.factories import NOW, make_agent, make_article, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return make_agent(language="en")


@pytest.fixture
def author():
    return make_agent(language="en")


@pytest.fixture
def text(author):
    content = Content(title="Drucker druckt nicht", symptom="Kein Papier", steps="1. Toner prüfen")
    return write_article(language="de", content=content, facts=Facts(), by=author, now=NOW).texts.get()


def _form(text=None, **changes):
    data = {"title": "Drucker streikt", "symptom": "", "steps": "1. Neu starten", "minutes": 7}
    data |= {"kind": "howto", "audience": "public", "version": text.version if text else ""}
    return data | changes


def _pages(text):
    article = text.article
    return [
        reverse("knowledge:list"),
        reverse("knowledge:new"),
        reverse("knowledge:show", args=[article.pk]),
        reverse("knowledge:edit", args=[article.pk, "de"]),
        reverse("knowledge:edit", args=[article.pk, "en"]),
        reverse("knowledge:history", args=[article.pk, "de"]),
        reverse("knowledge:revision", args=[article.pk, "de", 1]),
    ]


def test_the_pages_ask_for_a_login(client, text):
    for address in _pages(text):
        response = client.get(address)

        assert (response.status_code, response.url.split("?")[0]) == (302, reverse("account_login"))


def test_requesters_find_nothing_here(client, text):
    client.force_login(make_user())

    assert {client.get(address).status_code for address in _pages(text)} == {404}


def test_every_page_opens_for_the_author(client, author, text):
    client.force_login(author)

    assert {address: client.get(address).status_code for address in _pages(text)} == dict.fromkeys(_pages(text), 200)


def test_a_draft_does_not_exist_for_other_agents(client, agent, text):
    client.force_login(agent)

    pages = _pages(text)[2:]
    assert [client.get(address).status_code for address in pages] == [404] * len(pages)
    assert (
        "druckt nicht" not in client.get(reverse("knowledge:list"), {"state": "draft", "q": "Drucker"}).content.decode()
    )
    assert client.post(reverse("knowledge:publication", args=[text.article_id])).status_code == 404
    assert client.post(reverse("knowledge:edit", args=[text.article_id, "de"]), _form(text)).status_code == 404
    text.refresh_from_db()
    assert text.title == "Drucker druckt nicht"


def test_the_list_costs_the_same_for_one_and_for_three(client, agent, django_assert_max_num_queries):
    client.force_login(agent)
    make_article("Drucker eins")
    with django_assert_max_num_queries(20) as one:
        client.get(reverse("knowledge:list"))
    with django_assert_max_num_queries(20) as one_hit:
        client.get(reverse("knowledge:list"), {"q": "Drucker"})

    make_article("Drucker zwei")
    make_article("Drucker drei")
    with django_assert_max_num_queries(len(one)) as three:
        client.get(reverse("knowledge:list"))
    with django_assert_max_num_queries(len(one_hit)) as three_hits:
        content = client.get(reverse("knowledge:list"), {"q": "Drucker"}).content.decode()

    assert (len(one), len(one_hit)) == (len(three), len(three_hits))
    assert content.count("<mark>Drucker</mark>") >= 3


def test_typing_fetches_the_rows_alone(client, agent):
    client.force_login(agent)
    make_article("Drucker eins")

    headers = {"HX-Request": "true", "HX-Target": "articles"}
    content = client.get(reverse("knowledge:list"), {"q": "druk"}, headers=headers).content.decode()

    assert content.strip().startswith('<div id="articles"')
    assert "<html" not in content


def test_the_list_is_filtered(client, agent):
    client.force_login(agent)
    make_article("Drucker", "de", kind=Article.Kind.FAQ)
    make_article("Printer", "en", kind=Article.Kind.HOWTO)
    make_article("Altes", "de", state=Article.State.ARCHIVED)

    def shown(**filters):
        content = client.get(reverse("knowledge:list"), filters).content.decode()
        return [title for title in ("Drucker", "Printer", "Altes") if f">{title}</b>" in content]

    assert shown() == ["Drucker", "Printer"]
    assert shown(language="en") == ["Printer"]
    assert shown(kind="faq") == ["Drucker"]
    assert shown(kind="nonsense") == ["Drucker", "Printer"]
    assert shown(state="archived") == []


def test_an_article_is_read_in_ones_own_language_or_the_asked_one(client, agent):
    client.force_login(agent)
    article = make_article("Drucker", "de").article
    ArticleText.objects.create(article=article, language="en", title="Printer", steps="1. Restart", updated_at=NOW)
    address = reverse("knowledge:show", args=[article.pk])

    assert '<h1 lang="en">Printer</h1>' in client.get(address).content.decode()
    assert '<h1 lang="de">Drucker</h1>' in client.get(address, {"language": "de"}).content.decode()


def test_nothing_an_article_says_becomes_markup(client, author):
    evil = "<img src=x onerror=alert(1)>"
    content = Content(**dict.fromkeys(Content.__dataclass_fields__, evil))
    text = write_article(language="de", content=content, facts=Facts(), by=author, now=NOW).texts.get()
    revise(text, content=Content(title=evil * 2), by=author, now=NOW, base_version=1)
    client.force_login(author)

    for address in [
        *_pages(text),
        reverse("knowledge:list") + "?q=img",
        reverse("knowledge:revision", args=[text.article_id, "de", 2]),
    ]:
        assert "<img" not in client.get(address).content.decode()


def test_an_agent_begins_an_article(client, agent):
    client.force_login(agent)

    response = client.post(reverse("knowledge:new"), _form(language="en"))

    text = ArticleText.objects.select_related("article").get()
    assert response.url == f"{reverse('knowledge:show', args=[text.article_id])}?language=en"
    assert (text.title, text.language, text.article.owner, text.article.state) == (
        "Drucker streikt",
        "en",
        agent,
        "draft",
    )


def test_a_form_without_a_title_comes_back(client, agent):
    client.force_login(agent)

    response = client.post(reverse("knowledge:new"), _form(title="", symptom="Bleibt stehen"))

    assert response.status_code == 422
    assert "Bleibt stehen" in response.content.decode()
    assert not Article.objects.exists()


def test_an_internal_article_cannot_be_made_public(client, agent):
    client.force_login(agent)

    assert client.post(reverse("knowledge:new"), _form(kind="internal")).status_code == 422
    assert not Article.objects.exists()


def test_saving_over_somebody_elses_change_is_asked_first(client, author, text):
    client.force_login(author)
    address = reverse("knowledge:edit", args=[text.article_id, "de"])
    revise(text, content=Content(title="Von Jonas"), by=make_agent(name="Jonas Weber"), now=NOW, base_version=1)

    refused = client.post(address, _form(text, title="Von Lena", version=1))
    page = refused.content.decode()

    assert refused.status_code == 409
    assert "Jonas Weber" in page
    assert 'value="Von Lena"' in page
    assert '<input type="hidden" name="version" value="2"' in page
    assert ArticleText.objects.get().title == "Von Jonas"

    client.post(address, _form(text, title="Von Lena", version=2))
    assert ArticleText.objects.get().title == "Von Lena"


def test_who_may_not_publish_changes_words_but_not_the_audience(client, agent):
    text = make_article("Tresor", audience=Article.Audience.AGENTS)
    client.force_login(agent)

    client.post(reverse("knowledge:edit", args=[text.article_id, "de"]), _form(text, title="Tresor öffnen"))

    text = ArticleText.objects.select_related("article").get()
    assert (text.title, text.article.audience, text.article.kind) == ("Tresor öffnen", "agents", "standard_solution")


def test_the_missing_language_is_written_on_the_same_page(client, author, text):
    client.force_login(author)

    client.post(reverse("knowledge:edit", args=[text.article_id, "en"]), _form(title="Printer on strike"))

    assert sorted(text.article.texts.values_list("language", "title")) == [
        ("de", "Drucker druckt nicht"),
        ("en", "Printer on strike"),
    ]


def test_the_author_publishes_and_archives(client, author, text):
    client.force_login(author)

    client.post(reverse("knowledge:publication", args=[text.article_id]))
    text.article.refresh_from_db()
    assert text.article.state == "published"

    client.post(reverse("knowledge:archiving", args=[text.article_id]))
    text.article.refresh_from_db()
    assert text.article.state == "archived"


def test_another_agent_does_not_publish_or_archive(client, agent):
    article = make_article("Tresor").article
    client.force_login(agent)

    assert client.post(reverse("knowledge:archiving", args=[article.pk])).status_code == 403
    article.refresh_from_db()
    assert article.state == "published"


def test_looking_changes_nothing(client, author, text):
    client.force_login(author)
    changes = [("publication", []), ("archiving", []), ("restoration", ["de", 1])]

    assert [
        client.get(reverse(f"knowledge:{name}", args=[text.article_id, *more])).status_code for name, more in changes
    ] == [405] * 3


def test_the_preview_is_clean(client, agent):
    client.force_login(agent)

    page = client.post(reverse("knowledge:preview"), {"steps": "1. **Go** <script>x</script>"}).content.decode()

    assert "<li><strong>Go</strong> &lt;script&gt;x&lt;/script&gt;</li>" in page


def test_an_earlier_version_is_shown_and_brought_back(client, author, text):
    client.force_login(author)
    revise(text, content=Content(title="Kaputt"), by=author, now=NOW + timedelta(hours=1), base_version=1)
    address = reverse("knowledge:revision", args=[text.article_id, "de", 2])

    page = client.get(address).content.decode()
    client.post(reverse("knowledge:restoration", args=[text.article_id, "de", 1]), {"version": 2})

    assert "<ins>Kaputt</ins>" in page
    assert "<del>Drucker druckt nicht</del>" in page
    assert ArticleText.objects.get().title == "Drucker druckt nicht"
    assert ArticleText.objects.get().version == 3


def test_a_lead_sees_drafts_of_others(client, text):
    client.force_login(make_agent(role=User.Role.LEAD))

    assert client.get(reverse("knowledge:show", args=[text.article_id])).status_code == 200
