"""Texts of people on a page."""

from django import template
from django.utils.safestring import SafeString

from helpdesk.lib.html import from_text

register = template.Library()


@register.filter
def readable(text: str) -> SafeString:
    """Show a plain text in paragraphs, with its links; everything in it is escaped."""
    return from_text(text)
