"""Forms for writing articles and for looking through them."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from knowledgebase.kinds import PARTS, labels_by_kind
from knowledgebase.models import Article, ArticleText, Audience, Category, audiences_up_to
from knowledgebase.operations import Content, Facts
from knowledgebase.operations.picturing import LARGEST

_LONGEST = 20_000


class ArticleForm(forms.Form):
    """What a text says, and what its article is; the kind decides which fields are shown."""

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
        help_text=_(
            "Markdown: 1. numbers a step, **bold**, `what to type`, [text](https://…). Pictures can be pasted."
        ),
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
    picture = forms.FileField(
        label=_("Add a picture"),
        help_text=_("PNG, JPEG, GIF or WebP, up to 5 MB; it is put below the last step."),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Article.Kind.choices)
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.none(), required=False, empty_label=_("none")
    )
    audience = forms.ChoiceField(label=_("For whom"), choices=Audience.choices)
    minutes = forms.IntegerField(label=_("Minutes it takes"), min_value=1, max_value=480)
    is_small = forms.BooleanField(
        label=_("Small change: translations stay up to date"),
        help_text=_("For typing errors and the like."),
        required=False,
    )
    is_current = forms.BooleanField(label=_("Says the same as the original again"), required=False)
    source_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    FACTS = ("kind", "category", "audience", "minutes")

    def __init__(
        self, *args: Any, reads: str = Audience.SECOND_LEVEL, may_describe: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        audiences = audiences_up_to(reads)
        known = Category.objects.filter(audience__in=audiences)
        self.fields["category"].queryset = known  # type: ignore[attr-defined]
        self.fields["audience"].choices = [  # type: ignore[attr-defined]
            choice for choice in Audience.choices if choice[0] in audiences
        ]
        for name in self.FACTS:
            self.fields[name].disabled = not may_describe
        for name in PARTS:
            self.fields[name].widget.attrs["data-labels"] = json.dumps(labels_by_kind(name))

    def clean_picture(self) -> Any:
        """Refuse what is too large before it is read."""
        picture = self.cleaned_data["picture"]
        if picture and picture.size > LARGEST:
            raise forms.ValidationError(_("The picture is larger than 5 MB."))
        return picture

    def clean(self) -> dict[str, Any]:
        """Keep internal articles inside."""
        cleaned = super().clean() or {}
        outside = (Audience.PUBLIC, Audience.CUSTOMERS)
        if cleaned.get("kind") == Article.Kind.INTERNAL and cleaned.get("audience") in outside:
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

    def now_says(self) -> int | None:
        """Give the version of the original a translation says the same as again, if its writer says so."""
        version: int | None = self.cleaned_data["source_version"] if self.cleaned_data["is_current"] else None
        return version


class FilterForm(forms.Form):
    """The search box and the filters of the list."""

    q = forms.CharField(required=False, max_length=200)
    language = forms.ChoiceField(required=False, choices=[("", _("All languages")), *ArticleText.Language.choices])
    kind = forms.ChoiceField(required=False, choices=[("", _("All kinds")), *Article.Kind.choices])
    category = forms.ModelChoiceField(required=False, queryset=Category.objects.none(), empty_label=_("All categories"))
    state = forms.ChoiceField(required=False, choices=[("", _("All but archived")), *Article.State.choices])
    view = forms.CharField(required=False, max_length=20)

    def __init__(self, *args: Any, reads: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Category.objects.filter(audience__in=audiences_up_to(reads))
        self.fields["category"].queryset = known  # type: ignore[attr-defined]


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")
