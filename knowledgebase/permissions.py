"""Who may do what with an article; which articles one may see is `Article.objects.visible_to`."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser

from knowledgebase.models import Article, rights_of
from people.models import User


def can(user: User | AnonymousUser, action: str, article: Article | None = None) -> bool:
    """
    Tell whether this person may do this; unknown actions are refused.

    "write" begins an article; "edit", "describe" (kind, audience, category), "submit", "publish", "archive", "check" and
    "review" want one.
    """
    if not isinstance(user, User) or not user.is_active or not user.is_agent:
        return False
    if action == "write":
        return "write" in rights_of(user)
    predicate = _PREDICATES.get(action)
    return predicate is not None and article is not None and predicate(user, article)


def _edits(user: User, article: Article) -> bool:
    """Every writer may improve what every agent reads; what is not published only its owner, reviewers and leads."""
    if "write" not in rights_of(user):
        return False
    waits = article.state in (Article.State.REVIEW, Article.State.SCHEDULED)
    return _cares(user, article) or article.is_published or (waits and "review" in rights_of(user))


def _describes(user: User, article: Article) -> bool:
    """Where reviews are demanded, nobody takes a published article out of them but whoever reviews."""
    if article.is_published and article.needs_review:
        return "review" in rights_of(user)
    return _publishes(user, article)


def _submits(user: User, article: Article) -> bool:
    return "write" in rights_of(user) and _cares(user, article)


def _publishes(user: User, article: Article) -> bool:
    return "publish" in rights_of(user) and _cares(user, article)


def _reviews(user: User, article: Article) -> bool:
    return "review" in rights_of(user)


def _cares(user: User, article: Article) -> bool:
    return user.is_lead or article.owner_id == user.pk


_PREDICATES: dict[str, Callable[[User, Article], bool]] = {
    "edit": _edits,
    "describe": _describes,
    "submit": _submits,
    "publish": _publishes,
    "archive": _publishes,
    "check": _submits,
    "review": _reviews,
}
