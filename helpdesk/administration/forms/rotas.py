"""On-call rotas."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.administration.forms.queues import QueueChoice
from people.models import User
from tickets.models import Queue, Rota
from tickets.rotas import Plan

_FREE, _MOST = 3, 30


class QueuesChoice(forms.ModelMultipleChoiceField[Queue]):
    """Queues by their name in the reader's language."""

    label_from_instance = QueueChoice.label_from_instance


class RotaForm(forms.ModelForm[Rota]):
    """A rota: its queues, when turns change, and a field for each place in the order."""

    queues = QueuesChoice(
        Queue.objects.none(), label=_("Queues"), widget=forms.CheckboxSelectMultiple,
        help_text=_("A queue stands in one active rota."),
    )  # fmt: skip
    timezone = forms.CharField(
        label=_("Time zone"), max_length=64, initial="Europe/Berlin", help_text=_("Summer time is taken care of."),
        widget=forms.TextInput(attrs={"list": "timezones", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    first_day = forms.DateField(
        label=_("First day"), help_text=_("Of the first turn; the first person of the order begins."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    handover = forms.TimeField(
        label=_("Turns change at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), initial="09:00"
    )
    days = forms.IntegerField(label=_("Days a turn"), min_value=1, max_value=366, initial=7)

    class Meta:
        model = Rota
        fields = ("name", "queues", "timezone", "first_day", "handover", "days", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = [member.user_id for member in self.instance.members.all()] if self.instance.pk else []
        self.fields["queues"].queryset = Queue.objects.filter(is_active=True)  # type: ignore[attr-defined]
        if not self.instance.pk:
            self.fields["first_day"].initial = date.today
        sent = sum(name.startswith("person_") for name in self.data) if self.is_bound else 0
        everybody = [
            ("", "–"),
            *((one.pk, one.display_name) for one in User.objects.agents().order_by("name", "email")),
        ]
        for place in range(min(_MOST, max(len(members) + _FREE, sent))):
            self.fields[f"person_{place}"] = forms.TypedChoiceField(
                label=_("Place %(number)s") % {"number": place + 1}, required=False, coerce=int, empty_value=None,
                choices=everybody, initial=members[place] if place < len(members) else "",
            )  # fmt: skip

    @property
    def places(self) -> list[forms.BoundField]:
        """Give the fields of the order."""
        return [self[name] for name in self.fields if name.startswith("person_")]

    @property
    def order(self) -> list[int]:
        """Give who was chosen, each once, in order."""
        chosen = (self.cleaned_data.get(name) for name in self.fields if name.startswith("person_"))
        return list(dict.fromkeys(one for one in chosen if one))

    @property
    def people(self) -> list[User]:
        """Give who was chosen, as people."""
        found = User.objects.in_bulk(self.order)
        return [found[pk] for pk in self.order]

    @property
    def plan(self) -> Plan:
        """Give the turns of what was entered."""
        data = self.cleaned_data
        return Plan(data["timezone"], data["first_day"], data["handover"], data["days"], tuple(self.order))

    def clean_timezone(self) -> str:
        """
        Accept what the time zone database knows, however it is capitalised.

        :raises ValidationError: if there is no such zone.
        """
        name = self.cleaned_data["timezone"].strip()
        known = {zone.lower(): zone for zone in available_timezones()}.get(name.lower())
        if known is None:
            raise ValidationError(gettext("There is no such time zone; write one such as Europe/Berlin."))
        return known

    def clean(self) -> dict[str, Any]:
        """
        Want somebody in the order, and each queue in one active rota only.

        :raises ValidationError: if nobody is in it.
        """
        data = super().clean() or self.cleaned_data
        if data.get("is_active") and "queues" in data:
            taken = Queue.objects.filter(rotas__is_active=True, pk__in=data["queues"]).exclude(
                rotas=self.instance.pk or 0
            )
            if names := ", ".join(queue.name for queue in taken.distinct()):
                self.add_error("queues", gettext("Another active rota has this already: %(names)s.") % {"names": names})
        if not self.order:
            raise ValidationError(gettext("Choose at least one person; they are on call one after the other."))
        return data
