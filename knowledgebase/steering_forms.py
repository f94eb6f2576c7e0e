"""Forms for an article's way to its readers, for who looks after it, and for categories."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import Category
from knowledgebase.operations.categories import Shelf
from people.models import User

_MOMENT = "%Y-%m-%dT%H:%M"


class MomentForm(forms.Form):
    """When to publish; empty: at once."""

    publish_at = forms.DateTimeField(
        label=_("Not before"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
        input_formats=[_MOMENT, "%Y-%m-%d %H:%M"],
        help_text=_("Empty: at once."),
    )

    def clean_publish_at(self) -> Any:
        """Refuse a moment that is over."""
        moment = self.cleaned_data["publish_at"]
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError(_("This moment is over."))
        return moment


class SubmitForm(MomentForm):
    """Giving to review: a word to the reviewer, and when to publish."""

    comment = forms.CharField(
        label=_("A word to the reviewer"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("comment", "publish_at")


class DecisionForm(forms.Form):
    """What the reviewer says."""

    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=2_000,
        help_text=_("Whoever sends something back says why."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CareForm(forms.Form):
    """Who looks after the article, and when they are asked whether it is still right."""

    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label="–")
    check_on = forms.DateField(
        label=_("To be checked on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.agents().order_by("name")  # type: ignore[attr-defined]


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A category."""

    class Meta:
        model = Category
        fields = ("name_de", "name_en", "key", "audience", "needs_review", "review_days", "position")
        help_texts: ClassVar[dict[str, Promise]] = {
            "key": _("Short and without blanks; imports and exports know the category by it.")
        }

    def shelf(self) -> Shelf:
        """Give what the category shall be."""
        return Shelf(**{name: self.cleaned_data[name] for name in self.Meta.fields})
