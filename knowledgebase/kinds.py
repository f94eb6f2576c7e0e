"""Which fields each kind of article has, what they are called there, and reading a text by them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import Article, ArticleText

_Names = dict[str, Promise]

NAMES: _Names = {
    "title": _("Title"),
    "symptom": _("Symptom"),
    "environment": _("Environment"),
    "cause": _("Cause"),
    "steps": _("Steps"),
    "expected_result": _("Expected result"),
    "keywords": _("Keywords"),
}
PARTS = ("symptom", "environment", "cause", "steps", "expected_result")
_ALWAYS = ("title", "keywords")
_FIELDS: dict[str, _Names] = {
    Article.Kind.STANDARD_SOLUTION: {name: NAMES[name] for name in PARTS},
    Article.Kind.HOWTO: {
        "symptom": _("What you want to do"),
        "environment": NAMES["environment"],
        "steps": NAMES["steps"],
        "expected_result": NAMES["expected_result"],
    },
    Article.Kind.FAQ: {"symptom": _("Question"), "steps": _("Answer")},
    Article.Kind.KNOWN_ERROR: {
        "symptom": NAMES["symptom"],
        "environment": NAMES["environment"],
        "cause": NAMES["cause"],
        "steps": _("Workaround"),
        "expected_result": _("When it will be mended"),
    },
    Article.Kind.INTERNAL: {
        "symptom": _("What it is about"),
        "environment": NAMES["environment"],
        "cause": _("Background"),
        "steps": _("What to do"),
    },
}


@dataclass(frozen=True)
class Part:
    """A field of a text that says something, and what it is called."""

    name: str
    label: str
    words: str


def label_of(name: str, kind: str = "") -> str:
    """Say what a field is called in articles of this kind."""
    return str(_FIELDS.get(kind, {}).get(name) or NAMES.get(name) or name)


def kinds_with(name: str) -> list[str]:
    """List the kinds of articles that have this field."""
    return [str(kind) for kind, names in _FIELDS.items() if name in names or name in _ALWAYS]


def labels_by_kind(name: str) -> dict[str, str]:
    """Give what the field is called in each kind that has it."""
    return {kind: label_of(name, kind) for kind in kinds_with(name)}


def parts_of(text: ArticleText, kind: str) -> list[Part]:
    """Give what a text says, field by field; a field that its kind does not have is shown if it says something."""
    return [
        Part(name, label_of(name, kind), words)
        for name in PARTS
        if (words := str(getattr(text, name))) or name == "steps"
    ]
