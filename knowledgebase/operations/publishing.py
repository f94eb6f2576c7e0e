"""Publishing an article and taking it out again."""

from datetime import datetime

from django.db import transaction

from knowledgebase.models import Article, Revision
from knowledgebase.operations.writing import record
from people.models import User


class AlreadyThere(Exception):
    """The article is in that state already."""


class NotReady(Exception):
    """A text has nothing to do or to know in it yet."""


@transaction.atomic
def publish(article: Article, *, by: User | None, now: datetime) -> Article:
    """
    Put the article into the knowledge base.

    :raises AlreadyThere: if it is published.
    :raises NotReady: if one of its texts has no steps.
    """
    article = Article.objects.locked(article.pk)
    if any(not text.steps.strip() for text in article.texts.all()):
        raise NotReady("Each language needs its steps before the article is published.")
    return _move(article, Article.State.PUBLISHED, Revision.Change.PUBLISHED, by=by, now=now)


@transaction.atomic
def archive(article: Article, *, by: User | None, now: datetime) -> Article:
    """
    Take the article out of the knowledge base and keep it.

    :raises AlreadyThere: if it is archived.
    """
    article = Article.objects.locked(article.pk)
    return _move(article, Article.State.ARCHIVED, Revision.Change.ARCHIVED, by=by, now=now)


def _move(
    article: Article, state: Article.State, change: Revision.Change, *, by: User | None, now: datetime
) -> Article:
    if article.state == state:
        raise AlreadyThere(f"{article} is {state} already.")
    article.state, article.updated_at = state, now
    article.save(update_fields=["state", "updated_at"])
    for text in article.texts.all():
        text.article = article
        record(text, change, by=by, now=now)
    return article
