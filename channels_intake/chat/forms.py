"""What visitors and agents fill in."""

from django import forms
from django.utils.translation import gettext_lazy as _

_LONGEST = 4000


class QuestionForm(forms.Form):
    """The first line of somebody who is logged in."""

    text = forms.CharField(
        label=_("What can we do for you?"), widget=forms.Textarea(attrs={"rows": 4}), max_length=_LONGEST
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    # Invisible to people; robots fill it in.
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    @property
    def is_from_robot(self) -> bool:
        """Tell whether the trap was filled in."""
        return bool(self.data.get("website"))


class GuestQuestionForm(QuestionForm):
    """The first line of somebody we do not know yet."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("We answer there if the chat breaks off."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ("name", "email", "text")


class LineForm(forms.Form):
    """One line."""

    text = forms.CharField(max_length=_LONGEST)
    client_id = forms.UUIDField()


class AgentLineForm(LineForm):
    """One line of an agent, or a note; `articles` are the texts of solutions that were put into it."""

    is_note = forms.BooleanField(required=False)
    articles = forms.CharField(required=False, max_length=200)

    def clean_articles(self) -> list[int]:
        """Read the numbers."""
        given = self.cleaned_data["articles"].split(",")
        return [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 16][:5]
