"""Being away, taking a shift, and promising to call back: what is asked."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.models import User
from tickets.models import Absence, Membership, Ticket

_LONGEST = timedelta(days=400)


class MomentField(forms.DateTimeField):
    """A moment, as browsers let people choose it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)


class CallbackForm(forms.Form):
    """By when who calls back, and about what."""

    until = MomentField(label=_("Call back by"), required=False, help_text=_("Left empty: as soon as the SLA says."))
    owner = forms.ModelChoiceField(label=_("Who calls"), queryset=User.objects.none())
    words = forms.CharField(
        label=_("About what"), required=False, max_length=300, help_text=_("Only we read it; a number or a good time.")
    )

    def __init__(self, *args: Any, ticket: Ticket, user: User, now: datetime, **kwargs: Any) -> None:
        hour = now + timedelta(minutes=75 - now.minute % 15)
        initial = {"until": hour.replace(second=0, microsecond=0), "owner": user.pk}
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.now = now
        choose_people(self.fields["owner"], members_of(ticket.queue_id) | Q(pk=user.pk))

    def clean_until(self) -> datetime | None:
        """
        Want a time to come.

        :raises ValidationError: if it is over.
        """
        until: datetime | None = self.cleaned_data["until"]
        if until is not None and until <= self.now:
            raise ValidationError(gettext("Choose a time to come."))
        return until


class AbsenceForm(forms.Form):
    """When somebody is away, and what becomes of their tickets."""

    person = forms.ModelChoiceField(label=_("Who is away"), queryset=User.objects.none())
    starts_at = MomentField(label=_("Away from"))
    ends_at = MomentField(label=_("Back on"))
    deputy = forms.ModelChoiceField(
        label=_("Deputy"), queryset=User.objects.none(), required=False, empty_label=_("nobody"),
        help_text=_("Sees the open tickets, hears of new messages, and takes over what cannot wait."),
    )  # fmt: skip
    mode = forms.ChoiceField(
        label=_("Open tickets"), initial=Absence.Mode.OFFER,
        choices=[
            (Absence.Mode.OFFER, _("stay assigned and are offered to the deputy")),
            (Absence.Mode.RELEASE, _("go back to their queues when the absence begins")),
        ],
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, max_length=200, help_text=_("Your colleagues read it."))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.is_lead:
            choose_people(self.fields["person"], Q())
            self.fields["person"].initial = user.pk
        else:
            del self.fields["person"]
        others = Q() if user.is_lead else ~Q(pk=user.pk)
        choose_people(self.fields["deputy"], others)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Want an end after the beginning, and somebody who stands in where tickets are offered."""
        data = super().clean() or {}
        data.setdefault("person", self.user)
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", gettext("Nobody is back before they go."))
        elif end and end <= timezone.now():
            self.add_error("ends_at", gettext("Choose a time to come."))
        elif start and end and end - start > _LONGEST:
            self.add_error("ends_at", gettext("That is more than a year; deactivate the account instead."))
        if "deputy" not in self.errors and data.get("mode") == Absence.Mode.OFFER and not data.get("deputy"):
            self.add_error("deputy", gettext("Choose who stands in, or let the tickets go back to their queues."))
        if data.get("deputy") is not None and data["deputy"] == data.get("person"):
            self.add_error("deputy", gettext("Nobody stands in for themselves."))
        return data


class SwapForm(forms.Form):
    """Who takes which time of a rota."""

    user = forms.ModelChoiceField(label=_("Who takes it"), queryset=User.objects.none())
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))
    note = forms.CharField(label=_("Note"), required=False, max_length=200)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if by.is_lead:
            choose_people(self.fields["user"], Q())
        else:
            del self.fields["user"]

    def clean(self) -> dict[str, Any]:
        """Want an end after the beginning, and not all of it in the past."""
        data = super().clean() or {}
        data.setdefault("user", self.by)
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and (end <= start or end <= timezone.now() or end - start > _LONGEST):
            self.add_error("ends_at", gettext("Choose an end after the beginning, and a time to come."))
        return data


def members_of(queue: int) -> Q:
    """Keep who may be given tickets of a queue."""
    members = Membership.objects.filter(queue=queue, level__gte=Membership.Level.REPLY).values("user")
    return Q(pk__in=members) | Q(role__in=(User.Role.LEAD, User.Role.ADMIN))


def choose_people(field: forms.Field, which: Q) -> None:
    """Let one of these active agents be chosen, by name."""
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = User.objects.agents().filter(which).order_by("name", "email")
