from datetime import timedelta

import pytest

from knowledgebase.models import Article, ArticleText, Category, Notice, Revision, Right
from knowledgebase.operations import (
    AlreadyThere,
    Content,
    Facts,
    NotReady,
    Overtaken,
    OwnWork,
    ReviewNeeded,
    WithoutReason,
    WrongState,
    approve,
    archive,
    confirm_right,
    publish,
    publish_due,
    revise,
    schedule,
    send_back,
    submit,
    translate,
    withdraw,
    write_article,
)
from people.models import User
from tests.factories import NOW, later, make_agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return make_agent(name="Lena Autorin")


@pytest.fixture
def reviewer():
    return make_agent(role=User.Role.LEAD, name="Jonas Prüfer")


@pytest.fixture
def reviewed():
    return Category.objects.create(key="security", name_de="Sicherheit", name_en="Security", needs_review=True)


def draft(by, category=None, steps="1. Melden"):
    facts = Facts(category_id=category.pk if category else None)
    content = Content(title="Phishing melden", steps=steps)
    return write_article(language="de", content=content, facts=facts, by=by, now=NOW)


def fresh(article):
    return Article.objects.get(pk=article.pk)


def test_a_category_with_reviews_publishes_nothing_without_one(author, reviewed):
    article = draft(author, reviewed)

    for attempt in (
        lambda: publish(article, by=author, now=NOW),
        lambda: schedule(article, publish_at=later(60), by=author, now=NOW),
    ):
        with pytest.raises(ReviewNeeded):
            attempt()
    assert fresh(article).state == "draft"


def test_a_review_leads_from_draft_to_published(author, reviewer, reviewed):
    article = submit(draft(author, reviewed), by=author, now=NOW, comment="Bitte genau lesen")

    approve(article, by=reviewer, now=later(5), comment="Gut so")

    changes = list(article.texts.get().revisions.order_by("number").values_list("change", "by", "comment"))
    assert fresh(article).state == "published"
    assert changes == [
        ("written", author.pk, ""),
        ("submitted", author.pk, "Bitte genau lesen"),
        ("published", reviewer.pk, "Gut so"),
    ]


def test_nobody_reviews_what_they_wrote(reviewer, reviewed):
    article = submit(draft(reviewer, reviewed), by=reviewer, now=NOW)

    with pytest.raises(OwnWork):
        approve(article, by=reviewer, now=later(5))
    assert fresh(article).state == "review"


def test_who_changes_the_article_in_review_does_not_approve_it(author, reviewer, reviewed):
    article = submit(draft(author, reviewed), by=author, now=NOW)
    text = article.texts.get()
    revise(text, content=Content(title="Anders", steps="1."), by=reviewer, now=later(1), base_version=text.version)

    with pytest.raises(OwnWork):
        approve(article, by=reviewer, now=later(5))


def test_an_author_of_years_ago_may_review_the_next_change(author, reviewer, reviewed):
    article = submit(draft(reviewer, reviewed), by=author, now=NOW)
    approve(article, by=make_agent(role=User.Role.LEAD), now=later(1))
    archive(article, by=author, now=later(2))
    withdraw(article, by=author, now=later(3))
    text = article.texts.get()
    revise(text, content=Content(title="Neu", steps="1."), by=author, now=later(4), base_version=text.version)
    submit(article, by=author, now=later(5))

    approve(article, by=reviewer, now=later(6))

    assert fresh(article).is_published


def test_what_was_changed_after_reading_is_not_approved(author, reviewer, reviewed):
    article = submit(draft(author, reviewed), by=author, now=NOW)
    read = fresh(article).version
    text = article.texts.get()
    revise(text, content=Content(title="Anders", steps="1."), by=author, now=later(1), base_version=text.version)

    with pytest.raises(Overtaken):
        approve(article, by=reviewer, now=later(5), seen_version=read)
    approve(article, by=reviewer, now=later(6), seen_version=fresh(article).version)


def test_who_sends_back_says_why_and_the_author_is_told(author, reviewer, reviewed):
    article = submit(draft(author, reviewed), by=author, now=NOW)
    with pytest.raises(WithoutReason):
        send_back(article, comment="  ", by=reviewer, now=later(1))

    send_back(article, comment="Schritt 2 fehlt", by=reviewer, now=later(2))

    notice = Notice.objects.get(kind=Notice.Kind.SENT_BACK)
    assert (fresh(article).state, notice.person) == ("draft", author)
    assert Revision.objects.get(change="sent_back").comment == "Schritt 2 fehlt"


def test_reviewers_are_told_but_not_authors_nor_who_may_not_read(author, reviewer, reviewed):
    helper = make_agent()
    Right.objects.create(person=helper, may_review=True)
    make_agent(role=User.Role.ADMIN)
    other = draft(reviewer, reviewed)

    submit(draft(author, reviewed), by=author, now=NOW)
    submit(other, by=reviewer, now=NOW)

    told = sorted(Notice.objects.values_list("person", flat=True))
    assert told == sorted([reviewer.pk, helper.pk, helper.pk])


def test_an_approved_article_waits_for_its_moment(author, reviewer, reviewed):
    article = submit(draft(author, reviewed), by=author, now=NOW, publish_at=later(60))

    approve(article, by=reviewer, now=later(5))

    assert (fresh(article).state, fresh(article).publish_at) == ("scheduled", later(60))


def test_a_change_to_what_waits_for_its_moment_is_reviewed_again(author, reviewer, reviewed):
    article = submit(draft(author, reviewed), by=author, now=NOW, publish_at=later(60))
    approve(article, by=reviewer, now=later(5))
    text = article.texts.get()

    revise(text, content=Content(title="Heimlich", steps="1."), by=author, now=later(6), base_version=text.version)

    assert publish_due(later(61)) == 0
    assert fresh(article).state == "review"


def test_what_is_due_is_published_once(author):
    article = schedule(draft(author), publish_at=later(60), by=author, now=NOW)

    counts = [publish_due(later(minutes)) for minutes in (59, 60, 61)]

    assert counts == [0, 1, 0]
    article = fresh(article)
    assert (article.state, article.publish_at) == ("published", None)
    assert list(Revision.objects.filter(change="published").values_list("by", "at")) == [(None, later(60))]
    assert Notice.objects.get(kind=Notice.Kind.PUBLISHED).person == author


def test_an_article_without_steps_is_neither_submitted_nor_scheduled(author):
    article = draft(author, steps=" ")

    with pytest.raises(NotReady):
        submit(article, by=author, now=NOW)
    with pytest.raises(NotReady):
        schedule(article, publish_at=later(60), by=author, now=NOW)


def test_each_step_wants_its_state(author, reviewer):
    article = draft(author)
    publish(article, by=author, now=NOW)

    for step in (
        lambda: submit(article, by=author, now=NOW),
        lambda: approve(article, by=reviewer, now=NOW),
        lambda: send_back(article, comment="x", by=reviewer, now=NOW),
        lambda: schedule(article, publish_at=later(1), by=author, now=NOW),
        lambda: withdraw(article, by=author, now=NOW),
    ):
        with pytest.raises(WrongState):
            step()
    with pytest.raises(AlreadyThere):
        publish(article, by=author, now=NOW)
    with pytest.raises(WrongState):
        confirm_right(archive(article, by=author, now=NOW), by=author, now=NOW)


def test_publishing_and_checking_plan_the_next_check(author):
    category = Category.objects.create(key="x", name_de="X", name_en="X", review_days=30)
    article = publish(draft(author, category), by=author, now=NOW)
    assert article.check_on == (NOW + timedelta(days=30)).date()

    article = confirm_right(article, by=author, now=NOW + timedelta(days=31))

    assert (article.check_on, article.checked_at) == ((NOW + timedelta(days=61)).date(), NOW + timedelta(days=31))
    assert article.state == "published"


def test_published_words_in_a_category_with_reviews_are_not_changed_directly(author, reviewer, reviewed):
    article = submit(draft(author, reviewed), by=author, now=NOW)
    approve(article, by=reviewer, now=later(5))
    text = ArticleText.objects.get(article=article)

    with pytest.raises(ReviewNeeded):
        revise(text, content=Content(title="Neu", steps="1."), by=author, now=later(6), base_version=text.version)
    with pytest.raises(ReviewNeeded):
        translate(article, language="en", content=Content(title="New", steps="1."), by=author, now=later(6))
    assert ArticleText.objects.get().title == "Phishing melden"
