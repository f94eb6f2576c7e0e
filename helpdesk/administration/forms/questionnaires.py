"""A questionnaire in the editor: a form for its name, and one for each of its questions."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.administration.forms.queues import QueueChoice
from knowledgebase.models import Category
from tickets.models import Questionnaire, Queue
from tickets.questionnaires.shape import DECIDING, MOST_QUESTIONS, Condition, Kind, Option, Question

KINDS = [
    (Kind.TEXT, _("text")), (Kind.CHOICE, _("one of a list")), (Kind.SEVERAL, _("several of a list")),
    (Kind.YES_NO, _("yes or no")), (Kind.NUMBER, _("number")), (Kind.DATE, _("day")),
]  # fmt: skip
FACTS = [("", _("only on the ticket")), ("environment", _("environment")), ("symptom", _("symptom"))]
_DRAWN_ANEW = {
    "hx-post": "", "hx-trigger": "change", "hx-vals": '{"refresh": "1"}', "hx-target": "#asked", "hx-select": "#asked",
    "hx-swap": "outerHTML",
}  # fmt: skip
_LONGEST = 2000
_MOST_LINES = 40


class QuestionnaireForm(forms.ModelForm[Questionnaire]):
    """A questionnaire without its questions."""

    queue = QueueChoice(
        Queue.objects.none(), required=False, label=_("Queue"), empty_label=_("found out from the text and the answers")
    )
    category = forms.ModelChoiceField(
        Category.objects.all(), required=False, label=_("Category"), empty_label=_("none"),
        help_text=_("What a ticket is about when this topic is chosen."),
    )  # fmt: skip

    class Meta:
        model = Questionnaire
        fields = ("name_de", "name_en", "queue", "category", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues = Queue.objects.filter(Q(is_active=True) | Q(pk=self.instance.queue_id))
        self.fields["queue"].queryset = queues  # type: ignore[attr-defined]


class QuestionForm(forms.Form):
    """One question; what is wrong with it is said by `tickets.questionnaires.checking`, so a draft can be unfinished."""

    key = forms.CharField(widget=forms.HiddenInput)
    # Other kinds have other fields, so the questions are drawn anew.
    kind = forms.ChoiceField(label=_("Answer"), choices=KINDS, widget=forms.Select(attrs=_DRAWN_ANEW))
    is_required = forms.BooleanField(label=_("Has to be answered in the portal"), required=False)
    de = forms.CharField(label=_("Question (German)"))
    en = forms.CharField(label=_("Question (English)"))
    help_de = forms.CharField(label=_("Help (German)"))
    help_en = forms.CharField(label=_("Help (English)"))
    options = forms.CharField(
        label=_("Answers to choose from"),
        help_text=_("One a line: German | English."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    only_if = forms.MultipleChoiceField(
        label=_("Ask only after"),
        help_text=_("Answers of one question asked before; none: always."),
        widget=forms.SelectMultiple(attrs={"size": 4}),
    )
    fact = forms.ChoiceField(label=_("In a hand-over it is"), choices=FACTS)

    def __init__(self, question: Question, others: Sequence[Question], number: int) -> None:
        super().__init__(prefix=f"n{number}", initial=_row(question))
        self.question = question
        self.fields["only_if"].choices = [  # type: ignore[attr-defined]
            (one.label("de")[:60], [(f"{one.key}:{key}", words[:60]) for key, words in _answers(one)])
            for one in others
            if one.key != question.key and one.kind in DECIDING
        ]
        if not self.has_options:
            del self.fields["options"]
        for field in self.fields.values():
            field.required = False

    @property
    def has_options(self) -> bool:
        """Tell whether there are answers to choose from."""
        return self.question.kind in (Kind.CHOICE, Kind.SEVERAL)


def forms_of(questions: Sequence[Question]) -> list[QuestionForm]:
    """Give the forms of these questions."""
    return [QuestionForm(one, questions, number) for number, one in enumerate(questions)]


def typed(data: Any) -> list[Question]:
    """Read the questions as they were typed, finished or not."""
    numbers = [number for number in range(MOST_QUESTIONS) if f"n{number}-key" in data]
    return [_typed(data, f"n{number}-") for number in numbers]


def changed(questions: Sequence[Question], data: Mapping[str, str]) -> list[Question]:
    """Do what a button of the editor says: add a question, drop one, or move one up or down."""
    rows = list(questions)
    if "add" in data and len(rows) < MOST_QUESTIONS:
        return [*rows, Question(secrets.token_hex(4), Kind.TEXT, "")]
    for name, step in (("drop", 0), ("up", -1), ("down", 1)):
        place = next((number for number, one in enumerate(rows) if one.key == data.get(name)), None)
        if place is None:
            continue
        taken = rows.pop(place)
        if step:
            rows.insert(max(0, place + step), taken)
        return rows
    return rows


def option_key(words: str) -> str:
    """Give an answer a key that stays while its German words stay, wherever it is moved."""
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _row(question: Question) -> dict[str, Any]:
    condition = question.only_if
    return {
        "key": question.key,
        "kind": question.kind,
        "is_required": question.is_required,
        "de": question.de,
        "en": question.en,
        "help_de": question.help_de,
        "help_en": question.help_en,
        "options": "\n".join(f"{one.de} | {one.en}" if one.en else one.de for one in question.options),
        "only_if": [f"{condition.question}:{key}" for key in condition.any_of] if condition else [],
        "fact": question.fact,
    }


def _answers(question: Question) -> list[tuple[str, Any]]:
    if question.kind == Kind.YES_NO:
        return [("yes", _("yes")), ("no", _("no"))]
    return [(option.key, option.de) for option in question.options]


def _typed(data: Any, prefix: str) -> Question:
    def one(name: str) -> str:
        return " ".join(str(data.get(prefix + name, "")).replace("\0", "").split())[:_LONGEST]

    kind = Kind(one("kind")) if one("kind") in list(Kind) else Kind.TEXT
    lines = str(data.get(f"{prefix}options", "")).replace("\0", "").splitlines()[:_MOST_LINES]
    return Question(
        key=one("key")[:20] or secrets.token_hex(4),
        kind=kind,
        de=one("de"),
        en=one("en"),
        help_de=one("help_de"),
        help_en=one("help_en"),
        is_required=bool(data.get(f"{prefix}is_required")),
        options=tuple(_option(line) for line in lines if line.strip()) if kind in (Kind.CHOICE, Kind.SEVERAL) else (),
        only_if=_condition(data.getlist(f"{prefix}only_if")[:_MOST_LINES]),
        fact=one("fact") if one("fact") in dict(FACTS) else "",
    )


def _option(line: str) -> Option:
    german, _bar, english = (part.strip()[:_LONGEST] for part in line.partition("|"))
    return Option(option_key(german), german, english)


def _condition(chosen: Sequence[str]) -> Condition | None:
    """Read the chosen answers; they belong to the question named first."""
    pairs = [one.partition(":")[::2] for one in chosen if ":" in one]
    if not pairs:
        return None
    question = pairs[0][0][:20]
    return Condition(question, tuple(key[:20] for name, key in pairs if name == question))
