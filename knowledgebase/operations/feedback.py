"""What readers say of an article."""

from datetime import datetime

from django.db import transaction

from knowledgebase.models import Article, Feedback
from people.models import User


@transaction.atomic
def give_feedback(
    article: Article, *, is_helpful: bool, person: User | None, now: datetime, visitor: str = ""
) -> Feedback:
    """Count whether it helped; the same person or browser changes its mind instead of counting twice."""
    who = {"person": person} if person is not None else {"person": None, "visitor": visitor}
    feedback, _ = Feedback.objects.update_or_create(
        article=article, **who, defaults={"is_helpful": is_helpful, "at": now}
    )
    return feedback
