"""The form for a phrase of upset people."""

from typing import ClassVar

from django import forms

from tickets.models import Phrase


class PhraseForm(forms.ModelForm[Phrase]):
    """A phrase; it is compared without capitals and with single spaces."""

    class Meta:
        model = Phrase
        fields: ClassVar = ["language", "words"]

    def clean_words(self) -> str:
        """Keep it as it is compared."""
        return " ".join(self.cleaned_data["words"].lower().split())
