"""Writing an article, translating it, revising a text, and going back to what it once said."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Self

from django.db import transaction

from knowledgebase.models import Article, ArticleText, Revision
from people.models import User


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a text says."""

    title: str
    symptom: str = ""
    environment: str = ""
    cause: str = ""
    steps: str = ""
    expected_result: str = ""
    keywords: str = ""

    @classmethod
    def of(cls, text: ArticleText) -> Self:
        """Read what a text says today."""
        return cls(**{field.name: getattr(text, field.name) for field in fields(cls)})


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What an article is, in every language."""

    key: str | None = None
    kind: str = Article.Kind.STANDARD_SOLUTION
    audience: str = Article.Audience.PUBLIC
    topic: str = ""
    minutes: int = 5

    @classmethod
    def of(cls, article: Article) -> Self:
        """Read what an article is today."""
        return cls(**{field.name: getattr(article, field.name) for field in fields(cls)})


class Outdated(Exception):
    """Somebody else saved this text meanwhile; `text` is what it says now."""

    def __init__(self, text: ArticleText) -> None:
        super().__init__(f"The text is at version {text.version} by now.")
        self.text = text


class AlreadyTranslated(Exception):
    """The article has a text in that language; revise it."""


@transaction.atomic
def write_article(*, language: str, content: Content, facts: Facts, by: User | None, now: datetime) -> Article:
    """Begin an article as a draft with its first text."""
    article = Article.objects.create(**asdict(facts), owner=by, created_at=now, updated_at=now)
    _add_text(article, language, content, by=by, now=now)
    return article


@transaction.atomic
def translate(article: Article, *, language: str, content: Content, by: User | None, now: datetime) -> ArticleText:
    """
    Add the text in another language.

    :raises AlreadyTranslated: if there is one.
    """
    article = Article.objects.locked(article.pk)
    if article.texts.filter(language=language).exists():
        raise AlreadyTranslated(f"{article} has a text in {language}.")
    _touch(article, now)
    return _add_text(article, language, content, by=by, now=now)


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
) -> ArticleText:
    """
    Save what a text says now, and with `facts` what its article is.

    :raises Outdated: if it was saved by somebody else since `base_version`.
    """
    article = Article.objects.locked(text.article_id)
    text = ArticleText.objects.get(pk=text.pk)
    if text.version != base_version:
        raise Outdated(text)
    if facts is not None:
        for name, value in asdict(facts).items():
            setattr(article, name, value)
        article.save(update_fields=[*asdict(facts)])
    _touch(article, now)
    for name, value in asdict(content).items():
        setattr(text, name, value)
    text.save(update_fields=[*asdict(content)])
    text.article = article
    return record(text, change, by=by, now=now)


def restore(revision: Revision, *, by: User | None, now: datetime, base_version: int) -> ArticleText:
    """
    Let the text say again what it said in that revision.

    :raises Outdated: if it was saved by somebody else since `base_version`.
    """
    content = Content(**{field.name: revision.content[field.name] for field in fields(Content)})
    return revise(
        revision.text, content=content, by=by, now=now, base_version=base_version, change=Revision.Change.RESTORED
    )


def record(text: ArticleText, change: Revision.Change, *, by: User | None, now: datetime) -> ArticleText:
    """Count the version up and keep this state; the article is locked by whoever calls."""
    text.version += 1
    text.updated_at = now
    text.save(update_fields=["version", "updated_at"])
    _keep(text, change, by=by, now=now)
    return text


def _add_text(article: Article, language: str, content: Content, *, by: User | None, now: datetime) -> ArticleText:
    text: ArticleText = ArticleText.objects.create(
        article=article, language=language, updated_at=now, **asdict(content)
    )
    _keep(text, Revision.Change.WRITTEN, by=by, now=now)
    return text


def _touch(article: Article, now: datetime) -> None:
    article.updated_at = now
    article.save(update_fields=["updated_at"])


def _keep(text: ArticleText, change: Revision.Change, *, by: User | None, now: datetime) -> None:
    facts = asdict(Facts.of(text.article)) | {"state": str(text.article.state)}
    Revision.objects.create(
        text=text,
        number=text.version,
        change=change,
        content=asdict(Content.of(text)) | {"article": facts},
        by=by,
        at=now,
    )
