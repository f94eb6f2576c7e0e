"""Answers as agents send them: what they say, who gets them, and which of them are taken back or sent now."""

from typing import Any

from django import forms

from people.models import User
from tickets import addresses
from tickets.fields import AddressesField, FilesField, KeysField, NumbersField
from tickets.forms import TextForm
from tickets.models import Ticket
from tickets.operations.answering import Then
from tickets.operations.drafting import LONGEST


class CopiesForm(forms.Form):
    """Who gets a copy beside the requester."""

    cc = AddressesField(max_length=5_000, required=False)
    bcc = AddressesField(max_length=5_000, required=False)

    def clean(self) -> dict[str, Any]:
        """
        Check that there are not too many.

        :raises ValidationError: if there are.
        """
        data = super().clean() or {}
        if len({*data.get("cc", ()), *data.get("bcc", ())}) > addresses.MOST:
            raise addresses.too_many()
        return data


class AnswerForm(TextForm, CopiesForm):
    """An answer, who gets it and what follows from it."""

    then = forms.ChoiceField(choices=[(then, then) for then in Then], required=False)
    solution = forms.CharField(max_length=10_000, required=False)
    seen = forms.IntegerField(required=False)
    kept = KeysField(required=False)
    resumes = NumbersField(required=False)

    def clean_then(self) -> Then:
        """Read what follows; nothing follows by itself."""
        return Then(self.cleaned_data["then"] or Then.KEEP)


class WithdrawalForm(CopiesForm):
    """Which answer is taken back, and what stands in the editor meanwhile; what is wrong there does not hinder it."""

    held = forms.IntegerField(min_value=1)
    body = forms.CharField(max_length=LONGEST, required=False, strip=False)
    attachments = FilesField(required=False)


class SendingForm(forms.Form):
    """Which held answer is sent: `now`, or because its time has come."""

    held = forms.IntegerField(min_value=1)
    now = forms.BooleanField(required=False)


class ParticipantForm(forms.Form):
    """Who is to take part."""

    address = AddressesField(max_length=5_000)


class LeavingForm(forms.Form):
    """Who takes part no more."""

    user = forms.ModelChoiceField(queryset=User.objects.none())

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(taking_part__ticket=ticket)
