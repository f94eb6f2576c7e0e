"""Queues, their members, and the rules that lead to them."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from sla.models import Policy
from tickets.models import Membership, Queue, RoutingRule


def say_empty(field: Any, words: Any) -> None:
    """Say what it means when nothing is chosen, instead of a row of dashes."""
    field.choices = [("", words), *(choice for choice in field.choices if choice[0] != "")]


class QueueChoice(forms.ModelChoiceField[Queue]):
    """A queue by its name in the reader's language."""

    def label_from_instance(self, obj: Queue) -> str:
        """Say its level, too."""
        return f"{obj.name} ({obj.get_tier_display()})"


class QueueForm(forms.ModelForm[Queue]):
    """A queue; whether it is active is changed by buttons of its own."""

    escalates_to = QueueChoice(
        Queue.objects.none(), required=False, label=_("Escalates to"), empty_label=_("nowhere"),
        help_text=_("Where a ticket goes when its clock runs out or somebody passes it on."),
    )  # fmt: skip
    policy = forms.ModelChoiceField(
        Policy.objects.all(), required=False, label=_("SLA"), empty_label=_("the default one")
    )
    reopen_days = forms.IntegerField(
        min_value=0, max_value=365, initial=14, label=_("A reply reopens a closed ticket within (days)"),
        help_text=_("A later one opens a new ticket that names the old one."),
    )  # fmt: skip

    class Meta:
        model = Queue
        fields = (
            "name_de", "name_en", "tier", "escalates_to", "policy", "colour", "reopen_days", "is_default",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        targets = Queue.objects.filter(Q(is_active=True) | Q(pk=self.instance.escalates_to_id))
        self.fields["escalates_to"].queryset = targets.exclude(pk=self.instance.pk)  # type: ignore[attr-defined]

    def _get_validation_exclusions(self) -> set[str]:
        # There is one default queue: saving moves that place, so it is no mistake to choose it.
        return {*super()._get_validation_exclusions(), "is_default"}  # type: ignore[misc]


class MemberForm(forms.Form):
    """Somebody new in a queue, and what they may do there."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Person"), empty_label=_("choose somebody"))
    level = forms.TypedChoiceField(
        coerce=int, choices=Membership.Level.choices, initial=Membership.Level.WORK, label=_("Permission")
    )

    def __init__(self, queue: Queue, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.agents().exclude(memberships__queue=queue).order_by("name", "email")
        self.fields["user"].queryset = people  # type: ignore[attr-defined]


class LevelForm(forms.Form):
    """What a member may do."""

    level = forms.TypedChoiceField(coerce=int, choices=Membership.Level.choices)


class RuleForm(forms.ModelForm[RoutingRule]):
    """Words that lead to a queue."""

    words = forms.CharField(
        label=_("Words"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_(
            "One word or phrase a line; a request with any of them matches. From five letters on a word is also found "
            "inside of longer ones: “printer” in “labelprinter”."
        ),
    )  # fmt: skip
    queue = QueueChoice(Queue.objects.none(), label=_("Queue"), empty_label=_("choose a queue"))

    class Meta:
        model = RoutingRule
        fields = ("name", "words", "queue", "directly", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues = Queue.objects.filter(Q(is_active=True) | Q(pk=self.instance.queue_id))
        self.fields["queue"].queryset = queues  # type: ignore[attr-defined]

    def clean_words(self) -> str:
        """Leave each word once, without empty lines."""
        lines = (" ".join(line.split()) for line in self.cleaned_data["words"].splitlines())
        return "\n".join(dict.fromkeys(line for line in lines if line))


class TextForm(forms.Form):
    """A text to try the rules on."""

    text = forms.CharField(
        required=False, max_length=2_000, strip=True, label=_("Subject and text of a request"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class MoveForm(forms.Form):
    """Where a rule goes."""

    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")])
