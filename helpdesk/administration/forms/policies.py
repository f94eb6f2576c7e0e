"""The editor of a service level: what is promised, when it is chosen, and its escalation steps."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.administration.durations import in_words
from helpdesk.administration.forms.promising import PRIORITIES, DurationField
from helpdesk.administration.policy_words import FIELDS, OPS, PAUSES, ROLES, Choices, Names
from sla import conditions
from sla.models import Calendar, Metric, Policy, Target
from sla.operations.policies import START_PAUSES, START_STEPS, Minutes, Step, Wording

MOST_ROWS = 30
MOMENT = "%Y-%m-%dT%H:%M"
LONGEST_TEXT = 2_000
_BEFORE, _AT, _AFTER = "before", "at", "after"


class _Typed(forms.BaseForm):
    """A form that shows what was typed and judges it only when it is asked to."""

    is_judged = True

    def full_clean(self) -> None:
        """Judge what was typed, or leave it as it is."""
        if self.is_judged:
            super().full_clean()
        else:
            self._errors, self.cleaned_data = ErrorDict(), {}


class ConditionForm(_Typed, forms.Form):
    """One condition; its field was chosen when it was added."""

    op = forms.ChoiceField(label=_("How"), choices=list(OPS.items()))

    def __init__(self, data: QueryDict, *, group: str, number: str, names: Names, is_judged: bool) -> None:
        super().__init__(data, prefix=group + number)
        self.is_judged, self.group, self.number = is_judged, group, number
        self.field = data.get(f"{group}{number}-field", "")
        self.name = str(FIELDS[self.field])
        self.known = {str(value): value for value, _label in names.fields[self.field]}
        self.fields["values"] = forms.MultipleChoiceField(
            label=self.name, widget=forms.CheckboxSelectMultiple, choices=_as_text(names.fields[self.field]),
            error_messages={"required": _("Choose at least one, or remove the condition.")},
        )  # fmt: skip

    @property
    def stored(self) -> dict[str, Any]:
        """Give the condition as a version keeps it."""
        values = [self.known[value] for value in self.cleaned_data["values"]]
        return {"field": self.field, "op": self.cleaned_data["op"], "values": values}


class StepForm(_Typed, forms.Form):
    """One escalation step with its conditions."""

    metric = forms.ChoiceField(label=_("Promise"), choices=Metric.choices)
    length = DurationField(
        label=_("Working time"), required=False, max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "30 min"}),
    )  # fmt: skip
    when = forms.ChoiceField(
        label=_("When"),
        choices=[(_BEFORE, _("before the deadline")), (_AT, _("at the deadline")), (_AFTER, _("after the deadline"))],
    )
    whom = forms.MultipleChoiceField(
        label=_("Notify"), required=False, choices=list(ROLES.items()), widget=forms.CheckboxSelectMultiple
    )
    people = forms.MultipleChoiceField(
        label=_("Notify these people"), required=False, widget=forms.CheckboxSelectMultiple
    )
    raise_priority = forms.BooleanField(label=_("raise the priority by one"), required=False)
    move = forms.ChoiceField(label=_("Move to"), required=False)
    assign_on_call = forms.BooleanField(label=_("assign to who is on call"), required=False)
    call_lead = forms.BooleanField(label=_("call the lead"), required=False)
    text_de = forms.CharField(
        label=_("Tell the requester, in German"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "de"}),
    )  # fmt: skip
    text_en = forms.CharField(
        label=_("Tell the requester, in English"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
    )  # fmt: skip

    def __init__(self, data: QueryDict, *, number: str, names: Names, is_judged: bool) -> None:
        super().__init__(data, prefix=f"s{number}")
        self.is_judged, self.number = is_judged, number
        self.fields["people"].choices = _as_text(names.people)  # type: ignore[attr-defined]
        self.fields["move"].choices = [  # type: ignore[attr-defined]
            ("", _("nowhere")), ("next", _("the next level")), *_as_text(names.fields["queue"]),
        ]  # fmt: skip
        self.group = f"s{number}-c"
        self.conditions = _condition_forms(data, self.group, names, conditions.STEPPING, is_judged)

    @property
    def names_people(self) -> bool:
        """Tell whether people are ticked, so that they are shown."""
        return bool(self["people"].value() or self["people"].errors)

    @property
    def tells(self) -> bool:
        """Tell whether the requester is told something, so that it is shown."""
        return any(self[name].value() or self[name].errors for name in ("text_de", "text_en"))

    def is_valid(self) -> bool:
        """Judge the conditions, too."""
        return all([super().is_valid(), *(one.is_valid() for one in self.conditions)])

    def clean(self) -> dict[str, Any]:
        """Want a length unless it is at the deadline, both languages or none, and something to do."""
        data = super().clean() or self.cleaned_data
        is_at = data.get("when") == _AT
        if "length" in data and is_at and data["length"]:
            self.add_error("when", gettext("Choose before or after the deadline, or leave the working time empty."))
        if "length" in data and not is_at and not data["length"]:
            self.add_error("length", gettext("Write how long, such as 30 min; or choose “at the deadline”."))
        for name, other in (("text_de", "text_en"), ("text_en", "text_de")):
            if data.get(other) and name in data and not data[name]:
                self.add_error(name, gettext("Write it in both languages: each requester is told in their own."))
        if not self.errors and not self._actions(data):
            self.add_error("whom", gettext("Choose at least one thing that happens."))
        return data

    @property
    def step(self) -> Step:
        """Give the step that was entered."""
        data = self.cleaned_data
        sign = {_BEFORE: -1, _AT: 0, _AFTER: 1}[data["when"]]
        return Step(
            data["metric"],
            sign * (data["length"] or 0),
            self._actions(data),
            tuple(one.stored for one in self.conditions),
        )

    @staticmethod
    def _actions(data: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        """Give what happens, in the order in which it does."""
        found: list[dict[str, Any]] = []
        if data["whom"] or data["people"]:
            told = {"whom": data["whom"], "people": [int(person) for person in data["people"]]}
            found.append({"do": "notify"} | {name: value for name, value in told.items() if value})
        found += [{"do": "raise_priority"}] * data["raise_priority"]
        if data["move"]:
            found.append({"do": "move"} | ({} if data["move"] == "next" else {"queue": int(data["move"])}))
        found += [{"do": "assign_on_call"}] * data["assign_on_call"]
        if data["text_de"]:
            found.append({"do": "tell_requester", "text_de": data["text_de"], "text_en": data["text_en"]})
        found += [{"do": "call_lead"}] * data["call_lead"]
        return tuple(found)


class PolicyForm(_Typed, forms.ModelForm[Policy]):
    """What a policy is, and what it promises for each priority; an empty field promises nothing."""

    calendar = forms.ModelChoiceField(Calendar.objects.all(), label=_("Calendar"))
    pauses = forms.MultipleChoiceField(
        label=_("The resolution clock stands still while"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(state.value, state.label) for state in PAUSES],
        help_text=_("The first response never stands still; the next response only while it is the requester's turn."),
    )  # fmt: skip
    valid_from = forms.DateTimeField(
        label=_("In force from"), required=False, input_formats=[MOMENT, MOMENT + ":%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        help_text=_("Empty: at once. Until a later moment the version holds that holds now."),
    )  # fmt: skip

    class Meta:
        model = Policy
        fields = ("name", "is_active", "is_default")

    def __init__(self, data: QueryDict, *, instance: Policy, now: datetime, is_judged: bool) -> None:
        super().__init__(data, instance=instance)
        self.is_judged, self.now = is_judged, now
        self.fields["is_default"].label = _("holds where no other is chosen")
        self.fields["is_active"].label = _("is chosen for new tickets")
        if not instance.pk:
            del self.fields["valid_from"]
        for priority in PRIORITIES:
            for metric in Metric:
                words = _("%(promise)s, priority %(name)s") % {"promise": metric.label, "name": priority.label}
                self.fields[_name(metric, priority)] = DurationField(
                    label=words, required=False, max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"})
                )

    def _get_validation_exclusions(self) -> set[str]:
        # There is one default policy: saving moves that place, so it is no mistake to choose it.
        return {*super()._get_validation_exclusions(), "is_default"}  # type: ignore[misc]

    @property
    def rows(self) -> list[tuple[Target.Priority, list[tuple[str, forms.BoundField]]]]:
        """Give the fields of each priority with their short names, the most urgent first."""
        return [
            (priority, [(str(metric.label), self[_name(metric, priority)]) for metric in Metric])
            for priority in PRIORITIES
        ]

    @property
    def targets(self) -> dict[int, Minutes]:
        """Give what is promised and possible; a priority without any promise is left out."""
        found = {}
        for priority in PRIORITIES:
            said = {metric.value: self.cleaned_data.get(_name(metric, priority)) for metric in Metric}
            if any(said.values()):
                found[priority.value] = Minutes(**said)
        return found

    def clean_valid_from(self) -> datetime | None:
        """
        Let a version begin now or later.

        :raises ValidationError: if the moment has passed.
        """
        moment: datetime | None = self.cleaned_data["valid_from"]
        if moment is None or moment > self.now:
            return moment
        if moment >= self.now.replace(second=0, microsecond=0):
            return None  # the minute that is just passing is now
        raise ValidationError(
            gettext(
                "This moment has passed, and what was promised is not rewritten. Choose a later one, or none: at once."
            )
        )

    def clean(self) -> dict[str, Any]:
        """Want the answer before the solution, and a default that is chosen at all."""
        cleaned = super().clean() or self.cleaned_data
        for priority in PRIORITIES:
            first, last = _name(Metric.FIRST_RESPONSE, priority), _name(Metric.RESOLUTION, priority)
            if cleaned.get(first) and cleaned.get(last) and cleaned[last] < cleaned[first]:
                self.add_error(last, gettext("The resolution cannot be due before the first response."))
        if cleaned.get("is_default") and not cleaned.get("is_active"):
            self.add_error("is_active", gettext("What holds where no other is chosen cannot be turned off."))
        return cleaned


class Editor:
    """Everything on the page of a policy: what was typed, its forms, and what they say."""

    def __init__(
        self, data: QueryDict, *, policy: Policy, names: Names, now: datetime, is_judged: bool, stored: Wording | None
    ) -> None:
        self.data, self.policy, self.names, self.now, self.stored = data, policy, names, now, stored
        self.form = PolicyForm(data, instance=policy, now=now, is_judged=is_judged)
        self.conditions = _condition_forms(data, "c", names, conditions.CHOOSING, is_judged)
        self.steps = [StepForm(data, number=number, names=names, is_judged=is_judged) for number in _rows(data, "s")]

    def is_valid(self) -> bool:
        """Judge all parts, so that each shows its own mistakes."""
        judged = [one.is_valid() for one in (self.form, *self.conditions, *self.steps)]
        return all(judged)

    @property
    def wording(self) -> Wording:
        """Give what was entered; what was not touched is exactly as it was stored."""
        entered, stored = self._entered, self.stored
        if stored is None:
            return entered
        shown = Editor(
            data_of(self.policy, stored), policy=Policy(), names=self.names, now=self.now, is_judged=True, stored=None
        )
        known = [(one.step, before) for one, before in zip(shown.steps, stored.steps, strict=False) if one.is_valid()]
        steps = tuple(next((before for as_shown, before in known if as_shown == step), step) for step in entered.steps)
        is_alike = all(one.is_valid() for one in shown.conditions) and entered.conditions == tuple(
            one.stored for one in shown.conditions
        )
        return replace(entered, steps=steps, conditions=stored.conditions if is_alike else entered.conditions)

    @property
    def _entered(self) -> Wording:
        cleaned = self.form.cleaned_data
        return Wording(
            calendar=cleaned["calendar"],
            targets=self.form.targets,
            steps=tuple(one.step for one in self.steps),
            conditions=tuple(one.stored for one in self.conditions),
            pauses=tuple(sorted(cleaned["pauses"])),
            valid_from=cleaned.get("valid_from"),
        )


def data_of(policy: Policy, wording: Wording | None) -> QueryDict:
    """Give what a browser would send for what is stored; for a new policy, what it begins with."""
    data = QueryDict(mutable=True)
    data["name"] = policy.name
    for name in ("is_active", "is_default"):
        if getattr(policy, name):
            data[name] = "on"
    data.setlist("pauses", wording.pauses if wording else START_PAUSES)
    if wording is not None:
        data["calendar"] = str(wording.calendar.pk)
        if wording.valid_from:
            data["valid_from"] = timezone.localtime(wording.valid_from).strftime(MOMENT)
        for priority, minutes in wording.targets.items():
            for metric in Metric:
                if length := getattr(minutes, metric.value):
                    data[_name(metric, priority)] = in_words(length)
        _put_conditions(data, "c", wording.conditions)
    for number, step in enumerate(wording.steps if wording else START_STEPS):
        _put_step(data, str(number), step)
    return data


def changed(sent: QueryDict, act: str) -> QueryDict:
    """Give what was typed after a row was added (`add:c`), removed (`drop:s:1`) or moved (`up:s:1`)."""
    data = sent.copy()
    what, _colon, rest = act.partition(":")
    group, _colon, number = rest.partition(":")
    numbers = _rows(data, group)
    if what == "add" and len(numbers) < MOST_ROWS:
        number = str(max([int(one) for one in numbers], default=-1) + 1)
        data.setlist(group, [*numbers, number])
        if group != "s":
            data[f"{group}{number}-field"] = data.get(f"{group}-new", "")
    elif what == "drop" and number in numbers:
        data.setlist(group, [one for one in numbers if one != number])
    elif what in ("up", "down") and number in numbers:
        place = numbers.index(number)
        other = place + (1 if what == "down" else -1)
        if 0 <= other < len(numbers):
            numbers[place], numbers[other] = numbers[other], numbers[place]
        data.setlist(group, numbers)
    return data


def _condition_forms(
    data: QueryDict, group: str, names: Names, fields: Collection[str], is_judged: bool
) -> list[ConditionForm]:
    return [
        ConditionForm(data, group=group, number=number, names=names, is_judged=is_judged)
        for number in _rows(data, group)
        if data.get(f"{group}{number}-field") in fields
    ]


def _rows(data: QueryDict, group: str) -> list[str]:
    """Give the numbers of the rows that were sent, in their order."""
    numbers = [one for one in data.getlist(group) if one.isascii() and one.isdecimal() and len(one) < 5]
    return list(dict.fromkeys(numbers))[:MOST_ROWS]


def _put_conditions(data: QueryDict, group: str, stored: Iterable[Any]) -> None:
    for number, condition in enumerate(stored):
        data.appendlist(group, str(number))
        data[f"{group}{number}-field"], data[f"{group}{number}-op"] = condition["field"], condition["op"]
        data.setlist(f"{group}{number}-values", [str(value) for value in condition["values"]])


def _put_step(data: QueryDict, number: str, step: Step) -> None:
    data.appendlist("s", number)
    of = f"s{number}-"
    data[of + "metric"] = step.metric
    data[of + "when"] = _AT if not step.offset else _BEFORE if step.offset < 0 else _AFTER
    data[of + "length"] = in_words(abs(step.offset))
    _put_conditions(data, of + "c", step.conditions)
    for action in step.actions:
        match action["do"]:
            case "notify":
                data.setlist(of + "whom", [*data.getlist(of + "whom"), *action.get("whom", ())])
                data.setlist(of + "people", [*data.getlist(of + "people"), *map(str, action.get("people", ()))])
            case "move":
                data[of + "move"] = str(action.get("queue") or "next")
            case "tell_requester":
                data[of + "text_de"], data[of + "text_en"] = action["text_de"], action["text_en"]
            case kind:
                data[of + kind] = "on"


def _as_text(choices: Choices) -> list[tuple[str, str]]:
    return [(str(value), label) for value, label in choices]


def _name(metric: Metric, priority: int) -> str:
    return f"{metric.value}_{int(priority)}"
