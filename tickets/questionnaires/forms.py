"""The questions as a form: the same for the portal, the phone and the preview of the editor."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext

from tickets.questionnaires.asking import Wrong, asked, clean, lenient
from tickets.questionnaires.shape import LONGEST_ANSWER, Kind, Question, Value

PREFIX = "q"


class QuestionsForm(forms.Form):
    """What is asked after the answers so far; on the phone nothing has to be answered."""

    def __init__(
        self, questions: Sequence[Question], data: Any = None, *, is_final: bool = True, may_skip: bool = False
    ) -> None:
        answers = {one.key: lenient(one, _sent(data, one)) for one in questions}
        self.questions = asked(questions, answers)
        self.may_skip = may_skip
        shown = {one.key: answers[one.key] for one in self.questions if answers[one.key] is not None}
        super().__init__(data if is_final else None, prefix=PREFIX, initial=None if is_final else shown)
        language = get_language() or "de"
        for question in self.questions:
            self.fields[question.key] = _field(question, language)
            if not is_final and data is not None and question.kind == Kind.TEXT:
                self.initial[question.key] = "".join(_sent(data, question))[:LONGEST_ANSWER]

    def clean(self) -> dict[str, Any]:
        """Read every answer, and say what is missing."""
        super().clean()
        read = {}
        for question in self.questions:
            read[question.key] = self._read(question)
        return read

    @property
    def values(self) -> dict[str, Value]:
        """Give the answers to what was asked, `None` for what was passed over."""
        return dict(self.cleaned_data)

    def _read(self, question: Question) -> Value:
        try:
            value = clean(question, _sent(self.data, question))
        except Wrong as wrong:
            self.add_error(question.key, str(wrong))
            return None
        if value is None and question.is_required and not self.may_skip:
            self.add_error(question.key, gettext("Please answer this question."))
        return value


class _Anything(forms.Field):
    """A field whose value the questions themselves judge."""

    def clean(self, value: Any) -> Any:
        return value


def _sent(data: Any, question: Question) -> list[str]:
    name = f"{PREFIX}-{question.key}"
    if data is None:
        return []
    if hasattr(data, "getlist"):
        return [str(one) for one in data.getlist(name)[:50]]
    value = data.get(name) if isinstance(data, Mapping) else None
    return [str(value)] if value is not None else []


def _field(question: Question, language: str) -> forms.Field:
    label = question.label(language)
    if not question.is_required:
        label = gettext("%(question)s (optional)") % {"question": label}
    return _Anything(label=label, help_text=question.help(language), required=False, widget=_widget(question, language))


def _widget(question: Question, language: str) -> forms.Widget:
    options = [(option.key, option.label(language)) for option in question.options]
    if question.kind == Kind.CHOICE:
        return forms.RadioSelect(choices=options)
    if question.kind == Kind.SEVERAL:
        return forms.CheckboxSelectMultiple(choices=options)
    if question.kind == Kind.YES_NO:
        return forms.RadioSelect(choices=[("yes", gettext("yes")), ("no", gettext("no"))])
    if question.kind == Kind.NUMBER:
        return forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 20})
    if question.kind == Kind.DATE:
        return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_ANSWER, "class": "short"})
