"""What end users fill in."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from tickets.models import Ticket

MOST_FILES = 10
LARGEST_FILE = 25 * 1024 * 1024


class ManyFilesInput(forms.ClearableFileInput):
    """A control for several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files, each checked."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """
        Check every file.

        :raises ValidationError: if there are too many or one is too large.
        """
        files = data if isinstance(data, (list, tuple)) else [data]
        files = [super(ManyFilesField, self).clean(file, initial) for file in files if file]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("Please attach at most %(n)s files.") % {"n": MOST_FILES})
        for file in files:
            if file.size > LARGEST_FILE:
                raise forms.ValidationError(_("“%(name)s” is larger than 25 MB.") % {"name": file.name})
        return files


class MessageForm(forms.Form):
    """An addition to a request."""

    text = forms.CharField(label=_("Your message"), widget=forms.Textarea(attrs={"rows": 5}), max_length=50_000)
    attachments = ManyFilesField(label=_("Files"), required=False)
    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)


class RequestForm(forms.Form):
    """A new request of somebody who is logged in."""

    kind = forms.TypedChoiceField(
        label=_("What can we do for you?"),
        choices=[
            (Ticket.Kind.INCIDENT, _("Something does not work")),
            (Ticket.Kind.REQUEST, _("I need something")),
            (Ticket.Kind.QUESTION, _("I have a question")),
            (Ticket.Kind.COMPLAINT, _("I am not satisfied")),
        ],
        coerce=Ticket.Kind,
        required=False,
        initial=Ticket.Kind.INCIDENT,
        empty_value=Ticket.Kind.INCIDENT,
    )
    subject = forms.CharField(label=_("What is it about?"), max_length=200)
    text = forms.CharField(
        label=_("What happens, and since when?"),
        help_text=_("The exact words of an error message help us most."),
        widget=forms.Textarea(attrs={"rows": 7}),
        max_length=50_000,
    )
    attachments = ManyFilesField(
        label=_("Files"), required=False, help_text=_("A screenshot often says it best. Up to 10 files of 25 MB.")
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    # Invisible to people; robots fill it in.
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    @property
    def is_from_robot(self) -> bool:
        """Tell whether the trap was filled in."""
        return bool(self.data.get("website"))


class GuestRequestForm(RequestForm):
    """A new request of somebody we do not know yet."""

    name = forms.CharField(label=_("Your name"), max_length=150)
    email = forms.EmailField(label=_("Your e-mail address"), help_text=_("We answer there."))
    field_order = ("name", "email", "kind", "subject", "text", "attachments")


class ReopenForm(forms.Form):
    """What happened instead."""

    text = forms.CharField(label=_("What happens now?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=20_000)
    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)


class HelpedForm(forms.Form):
    """Whether a solution helped, and if not, what happens."""

    helped = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))])
    text = forms.CharField(required=False, max_length=20_000)
