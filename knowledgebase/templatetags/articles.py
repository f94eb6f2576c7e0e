"""Showing what articles say."""

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from knowledgebase.rendering import render

register = template.Library()

_NAMES: dict[str, Promise] = {
    "title": _("Title"),
    "symptom": _("Symptom"),
    "environment": _("Environment"),
    "cause": _("Cause"),
    "steps": _("Steps"),
    "expected_result": _("Expected result"),
    "keywords": _("Keywords"),
}


@register.filter
def markdown(text: str) -> SafeString:
    """Show Markdown as clean HTML."""
    return render(text)


@register.filter
def field_name(name: str) -> str:
    """Name a field of a text for people."""
    return str(_NAMES.get(name, name))
