"""What leads say about a major incident, in both languages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.models import Incident
from tickets.operations.incidents import Words


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ConfirmForm(forms.Form):
    """What the incident is called, and what its banner says to whom."""

    title_de = forms.CharField(label=_("Title (German)"), max_length=200)
    title_en = forms.CharField(label=_("Title (English)"), max_length=200)
    banner_de = forms.CharField(
        label=_("Banner (German)"),
        max_length=2_000,
        required=False,
        widget=_area(3),
        help_text=_("Empty: the title alone."),
    )
    banner_en = forms.CharField(label=_("Banner (English)"), max_length=2_000, required=False, widget=_area(3))
    audience = forms.ChoiceField(
        label=_("Who sees the banner?"), choices=Incident.Audience.choices, initial=Incident.Audience.SIGNED_IN
    )

    @property
    def words(self) -> Words:
        """Give what was written."""
        data: dict[str, Any] = self.cleaned_data
        return Words(**data | {"audience": Incident.Audience(data["audience"])})


class NewsForm(forms.Form):
    """What everybody who is affected is told."""

    text_de = forms.CharField(label=_("German"), max_length=10_000, widget=_area(4))
    text_en = forms.CharField(label=_("English"), max_length=10_000, widget=_area(4))
