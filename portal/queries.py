"""What the portal's pages read."""

from knowledgebase.models import Article, ArticleText
from people.models import User
from tickets.models import Message, Ticket


def newest_requests(person: User, most: int = 50) -> list[Ticket]:
    """Give the person's own requests, newest first."""
    return list(Ticket.objects.visible_to(person).filter(requester=person).order_by("-id")[:most])


def conversation(ticket: Ticket) -> list[Message]:
    """Give the public messages with their authors and files."""
    return list(ticket.messages.select_related("author").prefetch_related("attachments"))


def popular(person: object, language: str, most: int = 6) -> list[ArticleText]:
    """Give a handful of public articles, one a category."""
    articles = Article.objects.published().for_audience(Article.Audience.PUBLIC)
    texts = ArticleText.objects.filter(article__in=articles, language=language).select_related("article")
    seen: dict[str, ArticleText] = {}
    for text in texts.order_by("article__category__position", "article__category_id", "article_id"):
        seen.setdefault(str(text.article.category_id or f"article {text.article_id}"), text)
    return list(seen.values())[:most]


def all_articles(language: str) -> list[ArticleText]:
    """Give every public article by its title, in the reader's language where there is a text in it."""
    articles = Article.objects.published().for_audience(Article.Audience.PUBLIC).with_texts()
    texts = (article.text_in(language) for article in articles.order_by("pk")[:500])
    return sorted((text for text in texts if text is not None), key=lambda text: text.title.casefold())
