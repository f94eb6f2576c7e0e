import pytest

from knowledgebase.models import ArticleText, Category, Notice, Proposal
from knowledgebase.operations import (
    AlreadyDecided,
    AlreadyProposed,
    Content,
    Outdated,
    OwnWork,
    WithoutReason,
    accept,
    propose,
    revise,
    send_proposal_back,
)
from people.models import User
from tests.factories import NOW, later, make_agent, make_article

pytestmark = pytest.mark.django_db

NEW = Content(title="Neuer Titel", steps="1. Anders")


@pytest.fixture
def text():
    category = Category.objects.create(key="s", name_de="S", name_en="S", needs_review=True)
    return make_article("Alter Titel", category=category)


@pytest.fixture
def author():
    return make_agent()


@pytest.fixture
def reviewer():
    return make_agent(role=User.Role.LEAD)


def proposed(text, by, content=NEW, **more):
    more = {"language": "de", "base_version": text.version} | more
    return propose(text.article, content=content, by=by, now=NOW, **more)


def test_readers_see_the_old_text_until_somebody_else_accepts(text, author, reviewer):
    proposal = proposed(text, author)
    assert ArticleText.objects.get().title == "Alter Titel"

    accept(proposal, by=reviewer, now=later(5))

    text = ArticleText.objects.get()
    last = text.revisions.latest("number")
    assert (text.title, text.version, last.by) == ("Neuer Titel", 2, author)
    assert (Proposal.objects.get().state, Proposal.objects.get().decided_by) == ("accepted", reviewer)


def test_nobody_accepts_their_own_change(text, reviewer):
    with pytest.raises(OwnWork):
        accept(proposed(text, reviewer), by=reviewer, now=NOW)


def test_a_decision_is_made_once(text, author, reviewer):
    proposal = proposed(text, author)
    send_proposal_back(proposal, comment="Nein", by=reviewer, now=NOW)

    with pytest.raises(AlreadyDecided):
        accept(proposal, by=reviewer, now=NOW)
    assert ArticleText.objects.get().title == "Alter Titel"


def test_sending_back_wants_a_reason_and_tells_the_author(text, author, reviewer):
    proposal = proposed(text, author)
    with pytest.raises(WithoutReason):
        send_proposal_back(proposal, comment="", by=reviewer, now=NOW)

    send_proposal_back(proposal, comment="Bitte kürzer", by=reviewer, now=NOW)

    assert Notice.objects.get(kind=Notice.Kind.SENT_BACK).person == author


def test_a_change_to_a_text_that_moved_on_is_not_accepted(text, author, reviewer):
    proposal = proposed(text, author)
    revise(text, content=Content(title="Schneller", steps="1."), by=reviewer, now=NOW, base_version=1, is_reviewed=True)

    with pytest.raises(Outdated):
        accept(proposal, by=reviewer, now=later(5))
    assert ArticleText.objects.get().title == "Schneller"


def test_one_change_waits_at_a_time_and_ones_own_is_replaced(text, author, reviewer):
    proposed(text, author)
    proposed(text, author, Content(title="Zweiter Anlauf", steps="1."))

    with pytest.raises(AlreadyProposed):
        proposed(text, reviewer)
    assert [proposal.content["title"] for proposal in Proposal.objects.all()] == ["Zweiter Anlauf"]


def test_a_missing_language_is_proposed_and_accepted_too(text, author, reviewer):
    proposal = proposed(text, author, Content(title="New title", steps="1."), language="en", base_version=0)

    accept(proposal, by=reviewer, now=later(5))

    english = ArticleText.objects.get(language="en")
    assert (english.title, english.source_version) == ("New title", 1)
