"""What the portal's pages read."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from knowledgebase.models import Article, ArticleQuerySet, ArticleText, Category
from people.models import User
from tickets.models import Handover, Message, Queue, SolutionAttempt, Ticket


def newest_requests(person: User, most: int = 50) -> list[Ticket]:
    """Give the person's own requests, newest first."""
    return list(Ticket.objects.visible_to(person).filter(requester=person).order_by("-id")[:most])


def conversation(ticket: Ticket) -> list[Message]:
    """Give the public messages with their authors and files."""
    return list(ticket.messages.select_related("author").prefetch_related("attachments"))


def asked_about(ticket: Ticket, now: datetime) -> list[SolutionAttempt]:
    """Give the solutions of which the requester may still say whether they helped."""
    asked = (
        ticket.attempts.filter(outcome=SolutionAttempt.Outcome.OPEN).exclude(asked_at=None).select_related("message")
    )
    return [attempt for attempt in asked if attempt.is_asked(now)]


def with_specialists_since(ticket: Ticket) -> datetime | None:
    """Tell since when the specialists have an open request; nothing while first level has it."""
    if not ticket.is_open or ticket.queue.tier == Queue.Tier.FIRST:
        return None
    there = (Handover.State.OFFERED, Handover.State.ACCEPTED)
    handed = ticket.handovers.filter(direction=Handover.Direction.UP, state__in=there, ended_at=None)
    return handed.order_by("attempt").values_list("offered_at", flat=True).first()


def audience_in_portal(person: User | AnonymousUser | None) -> str:
    """Tell for whom the portal shows articles: in it staff read what customers read."""
    is_customer = isinstance(person, User) and person.is_active
    return Article.Audience.CUSTOMERS if is_customer else Article.Audience.PUBLIC


def readable(person: User | AnonymousUser | None) -> ArticleQuerySet:
    """Give the published articles the portal shows this person."""
    return Article.objects.published().for_audience(audience_in_portal(person))


def popular(person: User | AnonymousUser | None, language: str, most: int = 6) -> list[ArticleText]:
    """Give a handful of articles, one a category."""
    texts = ArticleText.objects.filter(article__in=readable(person), language=language).select_related("article")
    seen: dict[str, ArticleText] = {}
    for text in texts.order_by("article__category__position", "article__category_id", "article_id"):
        seen.setdefault(str(text.article.category_id or f"article {text.article_id}"), text)
    return list(seen.values())[:most]


def by_category(person: User | AnonymousUser, language: str) -> list[tuple[Category | None, list[ArticleText]]]:
    """Give every article this person may read, by category and title, in their language where there is a text in it."""
    shelves: dict[Category | None, list[ArticleText]] = {}
    articles = readable(person).with_texts().order_by("category__position", "category_id", "pk")
    for article in articles[:500]:
        text = article.text_in(language)
        if text is not None:
            shelves.setdefault(article.category, []).append(text)
    for texts in shelves.values():
        texts.sort(key=lambda text: text.title.casefold())
    # What is in no category stands last.
    return sorted(shelves.items(), key=lambda shelf: shelf[0] is None)
