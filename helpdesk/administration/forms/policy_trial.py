"""A ticket to try the service levels on."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.administration.forms.policies import MOMENT
from helpdesk.administration.forms.promising import PRIORITIES
from helpdesk.administration.forms.queues import QueueChoice
from knowledgebase.models import Category
from people.models import Organisation
from tickets.models import Queue, Ticket

_ANY = ("", _("not said"))


class PolicyTrialForm(forms.Form):
    """When it is opened and what it is; what is not said meets no condition that asks for it."""

    moment = forms.DateTimeField(
        label=_("Opened"), input_formats=[MOMENT, MOMENT + ":%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )  # fmt: skip
    priority = forms.TypedChoiceField(
        label=_("Priority"), coerce=int, choices=[(one.value, one.label) for one in PRIORITIES]
    )
    queue = QueueChoice(
        Queue.objects.filter(is_active=True), required=False, label=_("Queue"), empty_label=_("not said")
    )
    category = forms.ModelChoiceField(
        Category.objects.all(), required=False, label=_("Category"), empty_label=_("not said")
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.order_by("name"), required=False, label=_("Organisation"), empty_label=_("not said")
    )
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[_ANY, *Ticket.Channel.choices])
    kind = forms.ChoiceField(label=_("Type"), required=False, choices=[_ANY, *Ticket.Kind.choices])

    def clean_moment(self) -> datetime:
        """
        Take a moment of our time.

        :raises ValidationError: if it is of another age.
        """
        moment: datetime = self.cleaned_data["moment"]
        if not 2000 <= moment.year <= 2100:
            raise ValidationError(gettext("Choose a day between 2000 and 2100."))
        return moment

    @property
    def facts(self) -> dict[str, Any]:
        """Give what the conditions of policies are asked about."""
        data = self.cleaned_data
        return {
            "queue": data["queue"].pk if data["queue"] else None,
            "category": data["category"].pk if data["category"] else None,
            "organisation": data["organisation"].pk if data["organisation"] else None,
            "priority": data["priority"],
            "channel": data["channel"] or None,
            "kind": data["kind"] or None,
        }
