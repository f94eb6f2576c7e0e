"""How far triage goes by itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tickets.models import TriageMode


class ModeForm(forms.ModelForm[TriageMode]):
    """A mode; shares are typed in percent."""

    threshold = forms.IntegerField(
        min_value=50, max_value=100, label=_("Acts from this confidence on (percent)"),
        help_text=_(
            "Below it people decide, whatever the mode. As long as fewer than 500 solved tickets have a known solution, no "
            "answer is surer than 90 percent."
        ),
    )  # fmt: skip
    bar = forms.IntegerField(
        min_value=50, max_value=100, label=_("So many must have been right (percent)"),
        help_text=_("When fewer are right, it falls back to suggesting by itself, and administrators are told."),
    )  # fmt: skip
    window = forms.IntegerField(
        min_value=5, max_value=1000, label=_("Of how many last decisions"),
        help_text=_("Until so many are known, it only suggests."),
    )  # fmt: skip

    class Meta:
        model = TriageMode
        fields = ("mode", "threshold", "bar", "window")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("threshold", "bar"):
            self.initial[name] = round(getattr(self.instance, name) * 100)

    def clean_threshold(self) -> float:
        """Give it as a share."""
        return float(self.cleaned_data["threshold"]) / 100

    def clean_bar(self) -> float:
        """Give it as a share."""
        return float(self.cleaned_data["bar"]) / 100
