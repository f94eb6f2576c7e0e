"""Forms for writing articles and for looking through them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import Article, ArticleText, Category
from knowledgebase.operations import Content, Facts

_LONGEST = 20_000


class ArticleForm(forms.Form):
    """What a text says, and what its article is."""

    title = forms.CharField(label=_("Title"), max_length=200)
    symptom = forms.CharField(
        label=_("Symptom"),
        help_text=_("What people see and how they would say it. The search reads it first."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=_LONGEST,
    )
    environment = forms.CharField(
        label=_("Environment"), widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=_LONGEST
    )
    cause = forms.CharField(
        label=_("Cause"), widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=_LONGEST
    )
    steps = forms.CharField(
        label=_("Steps"),
        help_text=_("Markdown: 1. numbers a step, **bold**, `what to type`, [text](https://…)."),
        widget=forms.Textarea(attrs={"rows": 12}),
        required=False,
        max_length=_LONGEST,
    )
    expected_result = forms.CharField(
        label=_("Expected result"), widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=_LONGEST
    )
    keywords = forms.CharField(
        label=_("Keywords"),
        help_text=_("Other words for the same thing, also misspelt ones, separated by commas."),
        max_length=500,
        required=False,
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Article.Kind.choices)
    audience = forms.ChoiceField(label=_("For whom"), choices=Article.Audience.choices)
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.all(), required=False, empty_label=_("none")
    )
    minutes = forms.IntegerField(label=_("Minutes it takes"), min_value=1, max_value=480)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    FACTS = ("kind", "audience", "category", "minutes")

    def __init__(self, *args: Any, may_publish: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.FACTS:
            self.fields[name].disabled = not may_publish

    def clean(self) -> dict[str, Any]:
        """Keep internal articles inside."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == Article.Kind.INTERNAL and cleaned.get("audience") == Article.Audience.PUBLIC:
            self.add_error("audience", _("An internal article is for agents only."))
        return cleaned

    def content(self) -> Content:
        """Give what the text shall say."""
        data = self.cleaned_data
        return Content(
            title=data["title"],
            symptom=_unix(data["symptom"]),
            environment=_unix(data["environment"]),
            cause=_unix(data["cause"]),
            steps=_unix(data["steps"]),
            expected_result=_unix(data["expected_result"]),
            keywords=data["keywords"],
        )

    def facts(self, key: str | None = None) -> Facts:
        """Give what the article shall be."""
        data = self.cleaned_data
        return Facts(
            key=key,
            kind=data["kind"],
            audience=data["audience"],
            category_id=data["category"].pk if data["category"] else None,
            minutes=data["minutes"],
        )


class FilterForm(forms.Form):
    """The search box and the filters of the list."""

    q = forms.CharField(required=False, max_length=200)
    language = forms.ChoiceField(required=False, choices=[("", _("All languages")), *ArticleText.Language.choices])
    kind = forms.ChoiceField(required=False, choices=[("", _("All kinds")), *Article.Kind.choices])
    state = forms.ChoiceField(required=False, choices=[("", _("Drafts and published")), *Article.State.choices])


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")
