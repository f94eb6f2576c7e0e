"""What a queue wants to know before it takes a ticket over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import Category
from tickets.completeness import ALWAYS, FIELDS
from tickets.handovers import NAMES
from tickets.models import HandoverContract


class ContractForm(forms.ModelForm[HandoverContract]):
    """The fields a hand-over must fill, and a hint for those who fill them; the summary is always asked for."""

    category = forms.ModelChoiceField(
        Category.objects.all(), required=False, label=_("For tickets of the category"), empty_label=_("every category"),
        help_text=_("A contract of a category goes before the one for every category."),
    )  # fmt: skip
    needed = forms.MultipleChoiceField(
        label=_("Must be filled beside the summary"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(name, NAMES[name]) for name in FIELDS if name not in ALWAYS],
    )  # fmt: skip
    hint_de = forms.CharField(
        label=_("Hint in German"), required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("First level reads it before they fill the form, such as where to find a device's number."),
    )  # fmt: skip
    hint_en = forms.CharField(
        label=_("Hint in English"), required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    class Meta:
        model = HandoverContract
        fields = ("category", "needed", "hint_de", "hint_en")

    def clean(self) -> dict[str, Any]:
        """Let a queue have one contract for each category."""
        data = super().clean() or {}
        others = HandoverContract.objects.filter(queue=self.instance.queue_id, category=data.get("category"))
        if "category" in data and others.exclude(pk=self.instance.pk).exists():
            self.add_error("category", _("There is a contract for this category already; change that one."))
        return data
