"""From draft over review to published, at once or by the clock, and out again."""

from datetime import datetime, timedelta

from django.db import transaction

from knowledgebase.models import Article, Notice, Revision
from knowledgebase.operations.telling import authors_of, reviewers_for, tell
from knowledgebase.operations.writing import ReviewNeeded, record
from people.models import User

_CHECK_AFTER_DAYS = 180


class AlreadyThere(Exception):
    """The article is in that state already."""


class NotReady(Exception):
    """A text has nothing to do or to know in it yet."""


class WrongState(Exception):
    """From the state the article is in, this cannot be done."""


class Overtaken(Exception):
    """The article was changed after the reviewer had read it."""


class OwnWork(Exception):
    """Whoever wrote it does not review it."""


class WithoutReason(Exception):
    """Whoever sends something back says why."""


@transaction.atomic
def submit(
    article: Article, *, by: User, now: datetime, comment: str = "", publish_at: datetime | None = None
) -> Article:
    """
    Give a draft to review, with a moment to publish it at if it is not to be at once.

    :raises WrongState: if it is no draft.
    :raises NotReady: if one of its texts has no steps.
    """
    article = _locked_in(article, Article.State.DRAFT)
    _check_ready(article)
    article.submitted_by, article.publish_at = by, publish_at
    _move(article, Article.State.REVIEW, Revision.Change.SUBMITTED, by=by, now=now, comment=comment)
    tell(article, Notice.Kind.SUBMITTED, reviewers_for(article), occasion=now.isoformat()[:40], now=now)
    return article


@transaction.atomic
def approve(
    article: Article, *, by: User, now: datetime, comment: str = "", seen_version: int | None = None
) -> Article:
    """
    Publish what was reviewed, or let it wait for its moment; `seen_version` is what the reviewer read.

    :raises WrongState: if it is not in review.
    :raises OwnWork: if it is the reviewer's own.
    :raises Overtaken: if it was changed since.
    :raises NotReady: if one of its texts has no steps.
    """
    article = _locked_in(article, Article.State.REVIEW)
    if seen_version is not None and seen_version != article.version:
        raise Overtaken("It was changed after it was read.")
    if by.pk in authors_of(article):
        raise OwnWork("Whoever wrote it does not review it.")
    _check_ready(article)
    if article.publish_at is not None and article.publish_at > now:
        return _move(article, Article.State.SCHEDULED, Revision.Change.SCHEDULED, by=by, now=now, comment=comment)
    return _publish(article, by=by, now=now, comment=comment)


@transaction.atomic
def send_back(article: Article, *, comment: str, by: User, now: datetime) -> Article:
    """
    Make a reviewed article a draft again and tell its author why.

    :raises WrongState: if it is not in review.
    :raises WithoutReason: if there is no comment.
    """
    article = _locked_in(article, Article.State.REVIEW)
    if not comment.strip():
        raise WithoutReason("Whoever sends something back says why.")
    told = [person for person in (article.submitted_by, article.owner) if person is not None and person.pk != by.pk]
    _move(article, Article.State.DRAFT, Revision.Change.SENT_BACK, by=by, now=now, comment=comment.strip())
    tell(article, Notice.Kind.SENT_BACK, told, occasion=now.isoformat()[:40], now=now)
    return article


@transaction.atomic
def schedule(article: Article, *, publish_at: datetime, by: User | None, now: datetime) -> Article:
    """
    Let a draft be published by the clock.

    :raises WrongState: if it is no draft.
    :raises ReviewNeeded: if its category demands a review.
    :raises NotReady: if one of its texts has no steps.
    """
    article = _locked_in(article, Article.State.DRAFT)
    _check_free(article)
    _check_ready(article)
    article.publish_at = publish_at
    return _move(article, Article.State.SCHEDULED, Revision.Change.SCHEDULED, by=by, now=now)


@transaction.atomic
def publish(article: Article, *, by: User | None, now: datetime) -> Article:
    """
    Put the article into the knowledge base.

    :raises AlreadyThere: if it is published.
    :raises ReviewNeeded: if its category demands a review.
    :raises NotReady: if one of its texts has no steps.
    """
    article = Article.objects.locked(article.pk)
    if article.is_published:
        raise AlreadyThere(f"{article} is published already.")
    _check_free(article)
    _check_ready(article)
    return _publish(article, by=by, now=now)


def publish_due(now: datetime) -> int:
    """Publish what is due, each once however many workers ask; tells how many it were."""
    count = 0
    for pk in list(Article.objects.due(now).order_by("publish_at").values_list("pk", flat=True)[:100]):
        with transaction.atomic():
            due = Article.objects.due(now).select_for_update(of=("self",), skip_locked=True)
            article = due.filter(pk=pk).first()
            if article is not None:
                _publish(article, by=None, now=now)
                count += 1
    return count


@transaction.atomic
def withdraw(article: Article, *, by: User | None, now: datetime) -> Article:
    """
    Take an article back to the drafts: from review, from its moment, or out of the archive.

    :raises WrongState: if it is a draft or published.
    """
    article = _locked_in(article, Article.State.REVIEW, Article.State.SCHEDULED, Article.State.ARCHIVED)
    return _move(article, Article.State.DRAFT, Revision.Change.WITHDRAWN, by=by, now=now)


@transaction.atomic
def archive(article: Article, *, by: User | None, now: datetime) -> Article:
    """
    Take the article out of the knowledge base and keep it.

    :raises AlreadyThere: if it is archived.
    """
    article = Article.objects.locked(article.pk)
    if article.state == Article.State.ARCHIVED:
        raise AlreadyThere(f"{article} is archived already.")
    return _move(article, Article.State.ARCHIVED, Revision.Change.ARCHIVED, by=by, now=now)


@transaction.atomic
def confirm_right(article: Article, *, by: User, now: datetime) -> Article:
    """
    Say that the article is still right, until the next check.

    :raises WrongState: if it is not published.
    """
    article = _locked_in(article, Article.State.PUBLISHED)
    _plan_check(article, now)
    return _move(article, Article.State.PUBLISHED, Revision.Change.CHECKED, by=by, now=now)


def _publish(article: Article, *, by: User | None, now: datetime, comment: str = "") -> Article:
    _plan_check(article, now)
    told = [article.owner] if article.owner is not None and article.owner_id != getattr(by, "pk", None) else []
    _move(article, Article.State.PUBLISHED, Revision.Change.PUBLISHED, by=by, now=now, comment=comment)
    tell(article, Notice.Kind.PUBLISHED, told, occasion=now.isoformat()[:40], now=now)
    return article


def _plan_check(article: Article, now: datetime) -> None:
    days = article.category.review_days if article.category else _CHECK_AFTER_DAYS
    article.checked_at, article.check_on = now, (now + timedelta(days=days)).date()


def _check_ready(article: Article) -> None:
    if any(not text.steps.strip() for text in article.texts.all()):
        raise NotReady("Each language needs its steps before the article is published.")


def _check_free(article: Article) -> None:
    if article.needs_review:
        raise ReviewNeeded("Somebody else has to read it first.")


def _locked_in(article: Article, *states: str) -> Article:
    article = Article.objects.locked(article.pk)
    if article.state not in states:
        raise WrongState(f"{article} is {article.state}.")
    return article


def _move(
    article: Article,
    state: Article.State,
    change: Revision.Change,
    *,
    by: User | None,
    now: datetime,
    comment: str = "",
) -> Article:
    article.state, article.updated_at = state, now
    if state not in (Article.State.REVIEW, Article.State.SCHEDULED):
        article.publish_at = None
    article.save()
    for text in article.texts.all():
        text.article = article
        record(text, change, by=by, now=now, comment=comment)
    return article
