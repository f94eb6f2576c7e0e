"""Who wrote an article, who reviews it, and telling people about it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from helpdesk.lib import live
from knowledgebase.models import Article, Notice, Revision, Right, audiences_up_to
from knowledgebase.models.levels import audience_of
from people.models import User


def authors_of(article: Article) -> set[int]:
    """Give who wrote what is not published yet, and who gave it to review."""
    revisions = Revision.objects.filter(text__article=article)
    published = revisions.filter(change=Revision.Change.PUBLISHED).aggregate(at=Max("at"))["at"]
    written = revisions.filter(change__in=Revision.WORDS, by__isnull=False)
    if published is not None:
        written = written.filter(at__gt=published)
    authors = set(written.values_list("by_id", flat=True))
    return authors | ({article.submitted_by_id} if article.submitted_by_id else set())


def reviewers_for(article: Article) -> list[User]:
    """Give the leads and others who review this article and did not write it."""
    rows = {row.role: row.actions for row in Right.objects.filter(role__isnull=False)}
    roles = [role for role in (User.Role.AGENT, User.Role.LEAD) if "review" in rows.get(role, Right.DEFAULTS[role])]
    people = User.objects.agents().filter(Q(role__in=roles) | Q(knowledge_right__may_review=True))
    authors = authors_of(article)
    candidates = [person for person in people.order_by("pk")[:200] if person.pk not in authors]
    return [person for person in candidates if article.audience in audiences_up_to(audience_of(person))]


def tell(article: Article, kind: Notice.Kind, people: Iterable[User], *, occasion: str, now: datetime) -> None:
    """Put a notice behind the bell of each, once an occasion."""
    notices = [
        Notice(person=person, article=article, kind=kind, occasion=occasion, at=now)
        for person in {person.pk: person for person in people if person.is_active and person.is_agent}.values()
    ]
    if not notices:
        return
    Notice.objects.bulk_create(notices, ignore_conflicts=True)

    def after_commit() -> None:
        for notice in notices:
            live.publish(f"user:{notice.person_id}", "notification", {"article": article.pk})

    transaction.on_commit(after_commit, robust=True)
