"""Showing what articles say."""

from django import template
from django.utils.safestring import SafeString

from knowledgebase.kinds import label_of
from knowledgebase.models import Article, ArticleText
from knowledgebase.rendering import render

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Show Markdown as clean HTML, with our own pictures."""
    return render(text, pictures=True)


@register.filter
def field_name(name: str, kind: str = "") -> str:
    """Name a field of a text for people, as articles of this kind call it."""
    return label_of(name, kind)


@register.filter
def is_out_of_date(article: Article, text: ArticleText) -> bool:
    """Tell whether this text was made from an earlier state of its original."""
    return article.is_out_of_date(text)
