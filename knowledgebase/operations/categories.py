"""Setting up categories and rights."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from knowledgebase.models import Article, Category, Right, narrower
from people import audit
from people.models import AuditEntry, User

_FIELDS = ("key", "name_de", "name_en", "audience", "needs_review", "review_days", "position")
_RIGHTS = ("may_write", "may_review", "may_publish")


class InUse(Exception):
    """There are articles in the category."""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What a category is."""

    key: str
    name_de: str
    name_en: str
    audience: str = Article.Audience.PUBLIC
    needs_review: bool = False
    review_days: int = 180
    position: int = 100


@transaction.atomic
def save_category(category: Category | None, shelf: Shelf, *, by: User | None, now: datetime) -> Category:
    """Save a category; its articles are shown to nobody its audience leaves out."""
    if category is not None:
        category = Category.objects.select_for_update().get(pk=category.pk)
    before = audit.snapshot(category, _FIELDS)
    saved = category or Category()
    for name, value in asdict(shelf).items():
        setattr(saved, name, value)
    saved.save()
    _narrow(saved)
    changes = audit.differences(before, audit.snapshot(saved, _FIELDS))
    if changes:
        action = AuditEntry.Action.CHANGED if category else AuditEntry.Action.CREATED
        audit.record(saved, action, by=by, now=now, changes=changes)
    return saved


@transaction.atomic
def remove_category(category: Category, *, by: User | None, now: datetime) -> None:
    """
    Remove a category nothing is in.

    :raises InUse: if there are articles in it.
    """
    category = Category.objects.select_for_update().get(pk=category.pk)
    if category.articles.exists():
        raise InUse("There are articles in it.")
    audit.record(category, AuditEntry.Action.REMOVED, by=by, now=now)
    category.delete()


@transaction.atomic
def save_right(
    *, role: str | None, person: User | None, actions: frozenset[str], by: User | None, now: datetime
) -> Right | None:
    """Save what a role may do, or one person beyond their role; a person without any has no row."""
    right = Right.objects.select_for_update().filter(role=role, person=person).first()
    if person is not None and not actions:
        if right is not None:
            audit.record(right, AuditEntry.Action.REMOVED, by=by, now=now)
            right.delete()
        return None
    before = audit.snapshot(right, _RIGHTS)
    saved = right or Right(role=role, person=person)
    for action in Right.ACTIONS:
        setattr(saved, f"may_{action}", action in actions)
    changes = audit.differences(before, audit.snapshot(saved, _RIGHTS))
    saved.save()
    if changes:
        entry = AuditEntry.Action.CHANGED if right else AuditEntry.Action.CREATED
        audit.record(saved, entry, by=by, now=now, changes=changes)
    return saved


def _narrow(category: Category) -> None:
    for article in category.articles.select_for_update().order_by("pk"):
        chosen = article.chosen_audience or article.audience
        article.chosen_audience, article.audience = chosen, narrower(chosen, category.audience)
        article.save(update_fields=["chosen_audience", "audience"])
