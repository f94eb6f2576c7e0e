from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from knowledgebase.models import Article, ArticleText, Category, Feedback, Notice, Proposal, Right
from knowledgebase.operations import Content, Facts, entrust, publish, revise, submit, translate, write_article
from people.models import User
from tests.factories import NOW, make_agent, make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return make_agent(name="Lena Autorin", language="en")


@pytest.fixture
def lead():
    return make_agent(role=User.Role.LEAD, name="Jonas Prüfer", language="en")


@pytest.fixture
def admin():
    return make_agent(role=User.Role.ADMIN, language="en")


@pytest.fixture
def reviewed():
    return Category.objects.create(key="s", name_de="Sicherheit", name_en="Security", needs_review=True)


@pytest.fixture
def article(author):
    return write_article(
        language="de", content=Content(title="Drucker", steps="1. Toner"), facts=Facts(), by=author, now=NOW
    )


def post(client, name, article, data=None, **more):
    return client.post(reverse(f"knowledge:{name}", args=[article.pk, *more.values()]), data or {})


def state(article):
    return Article.objects.get(pk=article.pk).state


def page(client, article, language="de"):
    return client.get(reverse("knowledge:show", args=[article.pk]), {"language": language}).content.decode()


def test_an_article_goes_through_review_on_its_page(client, author, lead, reviewed):
    facts = Facts(category_id=reviewed.pk)
    article = write_article(language="de", content=Content(title="T", steps="1."), facts=facts, by=author, now=NOW)
    client.force_login(author)
    assert 'name="publish_at"' in page(client, article)
    assert reverse("knowledge:publication", args=[article.pk]) not in page(client, article)
    post(client, "review", article, {"comment": "Stimmt Schritt eins?"})
    assert state(article) == "review"
    assert reverse("knowledge:approval", args=[article.pk]) not in page(client, article)

    client.force_login(lead)
    assert "Stimmt Schritt eins?" in page(client, article)
    post(client, "returning", article, {"comment": ""})
    assert state(article) == "review"
    post(client, "returning", article, {"comment": "Nein: <b>Seite</b> fehlt"})
    assert state(article) == "draft"

    client.force_login(author)
    assert "Jonas Prüfer" in page(client, article)
    assert "Nein: &lt;b&gt;Seite&lt;/b&gt; fehlt" in page(client, article)
    post(client, "review", article)
    client.force_login(lead)
    post(client, "approval", article, {"version": Article.objects.get().version})
    assert state(article) == "published"


def test_what_was_not_read_is_not_approved(client, author, lead, article):
    submit(article, by=author, now=NOW)
    client.force_login(lead)

    post(client, "approval", article, {"version": "1"})

    assert state(article) == "review"


def test_a_reviewer_of_first_level_does_not_reach_second_level_articles(client, article):
    reviewer = make_agent()
    Right.objects.create(person=reviewer, may_review=True)
    Article.objects.update(state="review", audience="second_level")
    client.force_login(reviewer)

    assert post(client, "approval", article, {"version": "1"}).status_code == 404
    assert state(article) == "review"


def test_a_draft_is_scheduled_and_taken_back(client, author, article):
    client.force_login(author)
    moment = timezone.localtime() + timedelta(days=2)

    post(client, "publication", article, {"publish_at": moment.strftime("%Y-%m-%dT%H:%M")})
    assert state(article) == "scheduled"
    assert Article.objects.get().publish_at == moment.replace(second=0, microsecond=0)

    post(client, "withdrawal", article)
    assert (state(article), Article.objects.get().publish_at) == ("draft", None)


@pytest.mark.parametrize("moment", ["2020-01-01T10:00", "soon", "9" * 30])
def test_a_moment_that_is_over_or_none_schedules_nothing(client, author, article, moment):
    client.force_login(author)

    post(client, "publication", article, {"publish_at": moment})

    assert state(article) == "draft"


def test_still_right_takes_one_click(client, author, article):
    publish(article, by=author, now=NOW)
    entrust(article, owner=author, check_on=timezone.localdate() - timedelta(days=1), now=NOW)
    client.force_login(author)
    assert "Still right" in page(client, article)

    post(client, "check", article)

    assert Article.objects.get().check_on == timezone.localdate() + timedelta(days=180)
    assert "is it still right?" not in page(client, article)


def test_an_owner_hands_an_article_over(client, author, lead, article):
    client.force_login(author)

    post(client, "care", article, {"owner": lead.pk, "check_on": "2027-01-31"})

    changed = Article.objects.get()
    assert (changed.owner, str(changed.check_on)) == (lead, "2027-01-31")


def test_feedback_counts_once_a_person(client, author, article):
    publish(article, by=author, now=NOW)
    client.force_login(make_agent())

    for answer in ("yes", "yes", "no"):
        post(client, "feedback", article, {"helpful": answer})

    assert list(Feedback.objects.values_list("is_helpful", flat=True)) == [False]


def test_a_change_in_a_category_with_reviews_is_proposed_and_accepted(client, author, lead, reviewed):
    text = make_article("Alter Titel", category=reviewed)
    client.force_login(author)
    form = {"title": "Neuer Titel", "steps": text.steps, "symptom": text.symptom, "kind": "faq", "audience": "public"}
    answer = post(client, "edit", text.article, form | {"minutes": "5", "version": "1"}, language="de")
    proposal = Proposal.objects.get()
    assert answer.url == reverse("knowledge:proposal", args=[text.article_id, proposal.pk])
    assert "<ins>Neuer</ins>" in client.get(answer.url).content.decode()
    assert ArticleText.objects.get().title == "Alter Titel"
    assert post(client, "acceptance", text.article, number=proposal.pk).status_code == 403

    client.force_login(lead)
    assert "A change by Lena Autorin" in page(client, text.article)
    post(client, "acceptance", text.article, number=proposal.pk)

    assert ArticleText.objects.get().title == "Neuer Titel"
    assert Article.objects.get().kind == "standard_solution"


def test_going_back_is_proposed_too(client, author, lead, reviewed):
    article = write_article(language="de", content=Content(title="A", steps="1."), facts=Facts(), by=author, now=NOW)
    revise(article.texts.get(), content=Content(title="B", steps="1."), by=author, now=NOW, base_version=1)
    publish(article, by=author, now=NOW)
    Article.objects.update(category=reviewed)
    client.force_login(author)

    post(client, "restoration", article, {"version": "3"}, language="de", number=1)

    assert ArticleText.objects.get().title == "B"
    assert Proposal.objects.get().content["title"] == "A"


def test_a_proposal_of_somebody_else_does_not_exist_for_who_does_not_review(client, author, reviewed):
    text = make_article("Alter Titel", category=reviewed)
    proposal = Proposal.objects.create(
        article=text.article, language="de", content={"title": "GEHEIM"}, base_version=1, by=author, at=NOW
    )
    client.force_login(make_agent())

    assert client.get(reverse("knowledge:proposal", args=[text.article_id, proposal.pk])).status_code == 404
    assert "GEHEIM" not in page(client, text.article)


def test_a_translation_out_of_date_says_so_and_stands_beside_its_original(client, author, article):
    translate(article, language="en", content=Content(title="Printer", steps="1. Toner"), by=author, now=NOW)
    client.force_login(author)
    assert "Translation out of date" not in page(client, article, "en")
    german = article.texts.get(language="de")
    revise(german, content=Content(title="Drucker", steps="1. Papier"), by=author, now=NOW, base_version=1)

    shown = page(client, article, "en")
    both = client.get(reverse("knowledge:comparison", args=[article.pk, "en"])).content.decode()

    assert "The original was changed after this translation was made." in shown
    assert "<del>Toner</del><ins>Papier</ins>" in both
    assert "Printer" in both
    listed = client.get(reverse("knowledge:list"), {"view": "outdated"}).content.decode()
    assert "Translation out of date" in listed
    assert ">Printer</b>" in listed

    post(client, "translation", article, {"source_version": "2"}, language="en")
    assert "Translation out of date" not in page(client, article, "en")


def test_an_article_without_ones_language_says_so(client, author, article):
    client.force_login(author)

    assert "There is no text in your language yet; this one is in Deutsch." in page(client, article, "en")
    assert "There is no text in your language yet" not in page(client, article, "de")


def test_the_views_of_the_list_show_what_they_count(client, author, lead):
    make_article("Normal")
    make_article("Wartet", state="review")
    make_article("Geplant", state="scheduled", publish_at=NOW)
    make_article("Archiv", state="archived")
    due = make_article("Fällig").article
    entrust(due, owner=author, check_on=timezone.localdate(), now=NOW)
    client.force_login(lead)

    def shown(view):
        content = client.get(reverse("knowledge:list"), {"view": view}).content.decode()
        return [title for title in ("Normal", "Wartet", "Geplant", "Archiv", "Fällig") if f">{title}</b>" in content]

    assert shown("") == shown("nonsense") == ["Normal", "Wartet", "Geplant", "Fällig"]
    assert [shown("review"), shown("scheduled"), shown("check")] == [["Wartet"], ["Geplant"], ["Fällig"]]
    client.force_login(author)
    assert [shown("mine"), shown("review")] == [["Fällig"], []]


def test_pages_cost_the_same_for_one_and_for_three(client, lead, admin, django_assert_max_num_queries):
    client.force_login(admin)
    category = Category.objects.create(key="a", name_de="A", name_en="A")
    pages = [reverse("knowledge:list") + "?view=outdated", reverse("knowledge:categories"), reverse("knowledge:rights")]

    def grow():
        text = make_article("Drucker", category=category)
        ArticleText.objects.filter(pk=text.pk).update(content_version=5)
        ArticleText.objects.create(
            article=text.article, language="en", title="Printer", updated_at=NOW, source_version=1
        )
        Category.objects.create(key=f"c{text.pk}", name_de="C", name_en="C")
        Right.objects.create(person=make_agent(), may_review=True)

    grow()
    costs = []
    for address in pages:
        with django_assert_max_num_queries(25) as one:
            client.get(address)
        costs.append(len(one))
    grow()
    grow()
    for address, cost in zip(pages, costs, strict=True):
        with django_assert_max_num_queries(cost) as three:
            client.get(address)
        assert len(three) == cost


def test_only_administrators_set_up_categories_and_rights(client, lead, admin):
    client.force_login(lead)
    form = {"key": "vpn", "name_de": "VPN", "name_en": "VPN", "audience": "agents", "review_days": "30"}
    form |= {"position": "10", "needs_review": "on"}
    assert client.get(reverse("knowledge:categories")).status_code == 200
    assert client.post(reverse("knowledge:category_new"), form).status_code == 403

    client.force_login(admin)
    client.post(reverse("knowledge:category_new"), form)
    category = Category.objects.get()
    assert (category.audience, category.needs_review, category.review_days) == ("agents", True, 30)
    assert client.post(reverse("knowledge:category_new"), form).status_code == 422

    client.post(reverse("knowledge:rights"), {"person": lead.pk, "may": ["review", "rule"]})
    assert Right.objects.get().actions == {"review"}
    client.post(reverse("knowledge:category_removal", args=[category.pk]))
    assert not Category.objects.exists()


def test_first_level_neither_sees_nor_picks_what_is_for_second_level(client, author):
    hidden = Category.objects.create(key="h", name_de="Tresor", name_en="Tresor", audience="second_level")
    client.force_login(author)
    shown = client.get(reverse("knowledge:new")).content.decode()
    assert "Tresor" not in shown
    assert 'value="second_level"' not in shown
    form = {"title": "T", "steps": "1.", "kind": "faq", "minutes": "1", "category": hidden.pk}

    assert client.post(reverse("knowledge:new"), form | {"audience": "public"}).status_code == 422
    assert client.post(reverse("knowledge:new"), form | {"audience": "second_level", "category": ""}).status_code == 422
    assert not Article.objects.exists()


def test_kinds_decide_which_fields_the_form_shows(client, author):
    client.force_login(author)

    content = client.get(reverse("knowledge:new")).content.decode()

    cause = content.split('name="cause"')[1].split(">")[0]
    assert "known_error" in cause
    assert "faq" not in cause


def test_the_bell_tells_of_articles_one_may_still_see(client, author, lead, reviewed):
    facts = Facts(category_id=reviewed.pk)
    article = write_article(
        language="de", content=Content(title="Bitte lesen", steps="1."), facts=facts, by=author, now=NOW
    )
    submit(article, by=author, now=NOW)
    client.force_login(lead)
    assert "Bitte lesen" in client.get("/mail/notices/").content.decode()
    assert "1 new notice" in client.get("/mail/notices/bell/").content.decode()
    client.post("/mail/notices/seen/")
    assert "1 new notice" not in client.get("/mail/notices/bell/").content.decode()

    Notice.objects.update(person=make_agent(), seen_at=None)
    client.force_login(Notice.objects.get().person)
    assert "Bitte lesen" not in client.get("/mail/notices/").content.decode()
