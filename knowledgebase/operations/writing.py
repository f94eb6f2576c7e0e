"""Writing an article, translating it, revising a text, and going back to what it once said."""

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from knowledgebase.models import Article, ArticleText, Revision
from knowledgebase.operations.content import Content, Facts, keep_pictures, lock_category, put_facts
from people.models import User


class Outdated(Exception):
    """Somebody else saved this text meanwhile; `text` is what it says now."""

    def __init__(self, text: ArticleText) -> None:
        super().__init__(f"The text is at version {text.version} by now.")
        self.text = text


class AlreadyTranslated(Exception):
    """The article has a text in that language; revise it."""


class ReviewNeeded(Exception):
    """The category demands that somebody else reads it before it counts."""


@transaction.atomic
def write_article(*, language: str, content: Content, facts: Facts, by: User | None, now: datetime) -> Article:
    """Begin an article as a draft with its first text."""
    article = Article(owner=by, created_at=now, updated_at=now)
    put_facts(article, facts, lock_category(facts.category_id))
    article.save()
    _add_text(article, language, content, by=by, now=now)
    return article


@transaction.atomic
def translate(
    article: Article,
    *,
    language: str,
    content: Content,
    by: User | None,
    now: datetime,
    is_reviewed: bool = False,
) -> ArticleText:
    """
    Add the text in another language, made from what the original says today.

    :raises AlreadyTranslated: if there is one.
    :raises ReviewNeeded: if the article is published and its category demands a review.
    """
    article = Article.objects.locked(article.pk)
    if not is_reviewed:
        _check_free(article, by=by)
    if article.texts.filter(language=language).exists():
        raise AlreadyTranslated(f"{article} has a text in {language}.")
    _touch(article, now)
    original = article.original
    source = original.content_version if original else None
    return _add_text(article, language, content, by=by, now=now, source_version=source)


@transaction.atomic
def revise(
    text: ArticleText,
    *,
    content: Content,
    by: User | None,
    now: datetime,
    base_version: int,
    facts: Facts | None = None,
    change: Revision.Change = Revision.Change.REVISED,
    is_small: bool = False,
    source_version: int | None = None,
    is_reviewed: bool = False,
) -> ArticleText:
    """
    Save what a text says now, and with `facts` what its article is.

    After a small change of the original its translations stay up to date; `source_version` says which version of the
    original a translation now says the same as.

    :raises Outdated: if it was saved by somebody else since `base_version`.
    :raises ReviewNeeded: if the article is published and its category demands a review.
    """
    category = lock_category(facts.category_id) if facts else None
    article = Article.objects.locked(text.article_id)
    text = ArticleText.objects.get(pk=text.pk)
    if text.version != base_version:
        raise Outdated(text)
    has_changed = content != Content.of(text)
    if has_changed and not is_reviewed:
        _check_free(article, by=by)
    if facts is not None:
        put_facts(article, facts, category)
        article.save()
    _touch(article, now)
    for name, value in asdict(content).items():
        setattr(text, name, value)
    if source_version is not None and text.source_version is not None:
        text.source_version = source_version
    if has_changed and not is_small:
        text.content_version = text.version + 1
    text.save(update_fields=[*asdict(content), "source_version", "content_version"])
    text.article = article
    keep_pictures(article, content, by=by)
    return record(text, change, by=by, now=now)


@transaction.atomic
def describe(article: Article, *, facts: Facts, by: User | None, now: datetime) -> Article:
    """Save what an article is and leave its texts as they are."""
    category = lock_category(facts.category_id)
    article = Article.objects.locked(article.pk)
    if facts == Facts.of(article):
        return article
    put_facts(article, facts, category)
    article.updated_at = now
    article.save()
    for text in article.texts.all():
        text.article = article
        record(text, Revision.Change.REVISED, by=by, now=now)
    return article


def confirm_translation(text: ArticleText, *, source_version: int, by: User, now: datetime) -> ArticleText:
    """
    Say that a translation still says what that version of the original says.

    :raises Outdated: if it was saved by somebody else meanwhile.
    """
    return revise(
        text,
        content=Content.of(text),
        by=by,
        now=now,
        base_version=text.version,
        source_version=source_version,
        change=Revision.Change.CHECKED,
    )


@transaction.atomic
def entrust(article: Article, *, owner: User | None, check_on: date | None, now: datetime) -> Article:
    """Say who looks after the article and when they are asked whether it is still right."""
    article = Article.objects.locked(article.pk)
    article.owner, article.check_on, article.updated_at = owner, check_on, now
    article.save(update_fields=["owner", "check_on", "updated_at"])
    return article


def restore(revision: Revision, *, by: User | None, now: datetime, base_version: int) -> ArticleText:
    """
    Let the text say again what it said in that revision.

    :raises Outdated: if it was saved by somebody else since `base_version`.
    :raises ReviewNeeded: if the article is published and its category demands a review.
    """
    content = Content.read(revision.content)
    return revise(
        revision.text, content=content, by=by, now=now, base_version=base_version, change=Revision.Change.RESTORED
    )


def record(
    text: ArticleText, change: Revision.Change, *, by: User | None, now: datetime, comment: str = ""
) -> ArticleText:
    """Count the version up and keep this state; the article is locked by whoever calls."""
    text.version += 1
    text.updated_at = now
    text.save(update_fields=["version", "updated_at"])
    _keep(text, change, by=by, now=now, comment=comment)
    return text


def _add_text(
    article: Article,
    language: str,
    content: Content,
    *,
    by: User | None,
    now: datetime,
    source_version: int | None = None,
) -> ArticleText:
    text: ArticleText = ArticleText.objects.create(
        article=article, language=language, updated_at=now, source_version=source_version, **asdict(content)
    )
    keep_pictures(article, content, by=by)
    _keep(text, Revision.Change.WRITTEN, by=by, now=now)
    return text


def _check_free(article: Article, *, by: User | None) -> None:
    """Refuse to change what is published, and give what only waits for its moment to review once more."""
    if not article.needs_review:
        return
    if article.is_published:
        raise ReviewNeeded("Somebody else has to read the change first.")
    if article.state == Article.State.SCHEDULED:
        article.state, article.submitted_by = Article.State.REVIEW, by
        article.save(update_fields=["state", "submitted_by"])


def _touch(article: Article, now: datetime) -> None:
    article.updated_at = now
    article.save(update_fields=["updated_at"])


def _keep(text: ArticleText, change: Revision.Change, *, by: User | None, now: datetime, comment: str = "") -> None:
    facts = asdict(Facts.of(text.article)) | {"state": str(text.article.state)}
    Revision.objects.create(
        text=text,
        number=text.version,
        change=change,
        content=asdict(Content.of(text)) | {"article": facts},
        comment=comment,
        by=by,
        at=now,
    )
