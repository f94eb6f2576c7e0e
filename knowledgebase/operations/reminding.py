"""Asking owners whether their articles are still right."""

from datetime import datetime

from django.db.models import Exists, OuterRef, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from knowledgebase.models import Article, Notice
from knowledgebase.operations.telling import tell
from people.models import User

_AT_ONCE = 200


def remind_due(now: datetime) -> int:
    """Ask the owner of each article whose day of checking has come, once; leads where the owner is gone."""
    today = timezone.localdate(now)
    asked = Notice.objects.filter(
        article=OuterRef("pk"), kind=Notice.Kind.CHECK_DUE, occasion=Cast(OuterRef("check_on"), TextField())
    )
    articles = Article.objects.to_check(today).filter(~Exists(asked)).select_related("owner").order_by("check_on")
    due = list(articles[:_AT_ONCE])
    leads = list(User.objects.agents().filter(role=User.Role.LEAD)) if due else []
    for article in due:
        owner = article.owner
        people = [owner] if owner is not None and owner.is_active and owner.is_agent else leads
        tell(article, Notice.Kind.CHECK_DUE, people, occasion=str(article.check_on), now=now)
    return len(due)
