"""Who may do what with an article; which articles one may see is `Article.objects.visible_to`."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from knowledgebase.models import Article
from people.models import User


def can_write(user: User | AnonymousUser) -> bool:
    """Tell whether this person may begin an article: every agent may."""
    return isinstance(user, User) and user.is_active and user.is_agent


def can_edit(user: User | AnonymousUser, article: Article) -> bool:
    """Tell whether this person may change the texts: every agent may improve what every agent reads."""
    if not isinstance(user, User) or not can_write(user):
        return False
    return user.is_lead or article.owner_id == user.pk or article.state == Article.State.PUBLISHED


def can_publish(user: User | AnonymousUser, article: Article) -> bool:
    """Tell whether this person may publish or archive: its owner, leads and administrators."""
    return isinstance(user, User) and can_write(user) and (user.is_lead or article.owner_id == user.pk)


def can(user: User | AnonymousUser, action: str, article: Article | None = None) -> bool:
    """Tell whether this person may "write", "edit", "publish" or "archive"; unknown actions are refused."""
    if action == "write":
        return can_write(user)
    predicates: dict[str, Any] = {"edit": can_edit, "publish": can_publish, "archive": can_publish}
    return article is not None and action in predicates and bool(predicates[action](user, article))
