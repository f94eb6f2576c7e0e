"""Forms for the words of the search."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import StopWord, Synonyms

_MOST = 20
_LONGEST = 60


class SynonymsForm(forms.ModelForm[Synonyms]):
    """Words that mean the same, separated by commas."""

    words = forms.CharField(
        label=_("Words that mean the same"),
        help_text=_(
            "Separated by commas, for example: drucker, printer. Short names of several words may be among them."
        ),
        max_length=600,
    )

    class Meta:
        model = Synonyms
        fields = ("words", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["words"] = ", ".join(self.instance.words)

    def clean_words(self) -> list[str]:
        """Give the words in small letters, each once."""
        text = self.cleaned_data["words"].replace(";", ",").replace("\n", ",")
        words = list(dict.fromkeys(" ".join(word.casefold().split()) for word in text.split(",") if word.strip()))
        if len(words) < 2:
            raise forms.ValidationError(gettext("Name at least two words, separated by commas."))
        if len(words) > _MOST or any(len(word) > _LONGEST for word in words):
            raise forms.ValidationError(gettext("At most 20 words, each of at most 60 letters."))
        return words


class StopWordForm(forms.ModelForm[StopWord]):
    """A word that tells nothing."""

    class Meta:
        model = StopWord
        fields = ("word",)

    def clean_word(self) -> str:
        """Give the word in small letters."""
        word = str(self.cleaned_data["word"]).casefold().strip()
        if " " in word or "," in word:
            raise forms.ValidationError(gettext("One word at a time."))
        return word
