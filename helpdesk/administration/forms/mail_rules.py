"""Rules about mails, their conditions, and senders who are blocked or allowed."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels_intake import senders
from channels_intake.models import Arrival, Block, MailRule
from channels_intake.rules import CHOICES, FLAGS, HEADER, LONGEST_VALUE, MOST_CONDITIONS
from helpdesk.administration.forms.queues import QueueChoice, say_empty
from knowledgebase.models import Category
from people.models import User
from tickets.models import Queue

FIELDS = [
    ("from", _("sender")), ("to", _("To")), ("cc", _("Cc")), ("subject", _("subject")), ("text", _("text")),
    ("header", _("header …")), ("mailbox", _("mailbox")), ("size", _("size in KB")),
    ("attachment_name", _("name of a file")), ("has_attachment", _("has a file (yes, no)")),
    ("language", _("language (de, en)")), ("auto_generated", _("written by a machine (yes, no)")),
    ("authentication", _("sender is proven (pass, fail, none)")),
]  # fmt: skip
OPS = [
    ("contains", _("contains")), ("equals", _("is exactly")), ("starts", _("starts with")), ("ends", _("ends with")),
    ("one_of", _("is one of")), ("larger", _("is larger than")), ("is", _("is")),
]  # fmt: skip
_HEADER_NAME = re.compile(r"[!-9;-~]{1,80}", re.ASCII)
_DOMAIN = re.compile(r"@[\w-]+(\.[\w-]+)+", re.ASCII)


class ConditionForm(forms.Form):
    """One condition."""

    field = forms.ChoiceField(label=_("What"), choices=FIELDS)
    header = forms.CharField(label=_("Name of the header"), required=False, max_length=80)
    op = forms.ChoiceField(label=_("How"), choices=OPS)
    value = forms.CharField(label=_("Value"), max_length=LONGEST_VALUE)

    def clean(self) -> dict[str, Any]:
        """Check that the parts fit together; what can be asked in one way only is asked in that one."""
        data = super().clean() or {}
        field, value = data.get("field", ""), data.get("value", "").strip()
        wanted = ("yes", "no") if field in FLAGS else CHOICES.get(field, ())
        if field == "header" and not _HEADER_NAME.fullmatch(data.get("header", "")):
            self.add_error("header", gettext("Write the name of a header, such as X-Source."))
        if field == "size" and not (value.isdecimal() and len(value) < 9):
            self.add_error("value", gettext("Write a number of kilobytes."))
        if wanted and value.lower() not in wanted:
            self.add_error("value", gettext("Write one of these: %(words)s.") % {"words": ", ".join(wanted)})
        if field not in ("", "size") and not wanted and data.get("op") in ("larger", "is"):
            data["op"] = "equals"
        if field == "size" or wanted:
            data["op"], data["value"] = ("larger", value) if field == "size" else ("is", value.lower())
        return data

    @property
    def stored(self) -> dict[str, str]:
        """Give the condition as a rule keeps it."""
        data = self.cleaned_data
        field = HEADER + data["header"].lower() if data["field"] == "header" else data["field"]
        return {"field": field, "op": data["op"], "value": data["value"]}


def forms_of(rule: MailRule) -> list[ConditionForm]:
    """Give the forms of a rule's conditions; a rule without any gets an empty one."""
    rows = [_row(stored) for stored in rule.conditions] or [{}]
    return unbound(rows)


def unbound(rows: list[dict[str, str]]) -> list[ConditionForm]:
    """Give forms that show what was typed, without judging it."""
    return [ConditionForm(initial=row, prefix=f"c{number}") for number, row in enumerate(rows[:MOST_CONDITIONS])]


def bound(data: Mapping[str, str]) -> list[ConditionForm]:
    """Give the forms that were sent."""
    return [ConditionForm(data, prefix=f"c{number}") for number in _numbers(data)]


def typed(data: Mapping[str, str]) -> list[dict[str, str]]:
    """Read what was typed, right or wrong."""
    names = ("field", "header", "op", "value")
    return [{name: data.get(f"c{number}-{name}", "") for name in names} for number in _numbers(data)]


def _numbers(data: Mapping[str, str]) -> list[int]:
    return [number for number in range(MOST_CONDITIONS) if f"c{number}-field" in data]


def _row(stored: dict[str, str]) -> dict[str, str]:
    field = stored.get("field", "")
    if field.startswith(HEADER):
        return {**stored, "field": "header", "header": field.removeprefix(HEADER)}
    return dict(stored)


class MailRuleForm(forms.ModelForm[MailRule]):
    """A rule without its conditions."""

    queue = QueueChoice(Queue.objects.none(), required=False, label=_("Queue"), empty_label=_("as without the rule"))
    category = forms.ModelChoiceField(
        Category.objects.all(), required=False, label=_("Category"), empty_label=_("as without the rule")
    )

    class Meta:
        model = MailRule
        fields = (
            "name", "matches", "outcome", "queue", "ticket_kind", "category", "impact", "urgency", "language",
            "is_silent", "is_last", "is_active",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues = Queue.objects.filter(Q(is_active=True) | Q(pk=self.instance.queue_id))
        self.fields["queue"].queryset = queues  # type: ignore[attr-defined]
        for name in ("ticket_kind", "impact", "urgency", "language"):
            say_empty(self.fields[name], _("as without the rule"))

    def add_prefix(self, field_name: str) -> str:
        """Name the inputs; one named `matches` would hide the form's method of that name from scripts."""
        return "needed" if field_name == "matches" else field_name

    @classmethod
    def typed(cls, data: Mapping[str, str], rule: MailRule) -> "MailRuleForm":
        """Give a form that shows what was typed, without judging it; an empty box is not ticked."""
        names = {name: "needed" if name == "matches" else name for name in cls.base_fields}
        return cls(initial={name: data.get(sent, "") for name, sent in names.items()}, instance=rule)


class MailChoice(forms.ModelChoiceField[Arrival]):
    """A mail by its subject and sender."""

    def label_from_instance(self, obj: Arrival) -> str:
        """Say what it was about, and whose."""
        return f"{obj.subject[:60] or '–'} · {obj.sender}"


class TrialForm(forms.Form):
    """A mail to try the rules on: one of the last that came, or a pasted one."""

    arrival = MailChoice(
        Arrival.objects.none(), required=False, label=_("One of the last mails"), empty_label=_("choose a mail")
    )
    raw = forms.CharField(
        required=False, max_length=500_000, strip=False, label=_("Or a whole mail with its headers"),
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mails = Arrival.objects.without_raw().filter(channel="email", size__gt=0).order_by("-received_at", "-pk")
        last = list(mails.values_list("pk", flat=True)[:200])
        arrivals = Arrival.objects.without_raw().select_related("mailbox").filter(pk__in=last)
        self.fields["arrival"].queryset = arrivals.order_by("-pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """
        Want one of the two.

        :raises ValidationError: if there is neither.
        """
        data = super().clean() or {}
        if not self.errors and data.get("arrival") is None and not data.get("raw", "").strip():
            raise ValidationError(gettext("Choose a mail, or paste one."))
        return data


class BlockForm(forms.ModelForm[Block]):
    """A sender or a domain, and what to do with its mail."""

    class Meta:
        model = Block
        fields = ("pattern", "kind", "note")

    def clean_pattern(self) -> str:
        """
        Check that it is an address or a domain.

        :raises ValidationError: if it is neither.
        """
        pattern = str(self.cleaned_data["pattern"]).strip().lower()
        if pattern.startswith("@"):
            if not _DOMAIN.fullmatch(pattern):
                raise ValidationError(gettext("Write a domain such as @example.com."))
        else:
            validate_email(pattern)
        return pattern

    def clean(self) -> dict[str, Any]:
        """Refuse to shut out those who work here, or ourselves."""
        data = super().clean() or self.cleaned_data
        pattern = data.get("pattern", "")
        if pattern and data.get("kind") == Block.Kind.BLOCK and (whom := _colleague(pattern)):
            words = gettext("%(address)s belongs here; its mail cannot be refused.")
            self.add_error("pattern", words % {"address": whom})
        return data


def _colleague(pattern: str) -> str:
    """Give an address of ours or of somebody who works here that an entry would shut out."""
    staff = User.objects.agents().values_list("email", flat=True)
    ours = [*senders.own_addresses(), *(email.lower() for email in staff)]
    if not pattern.startswith("@"):
        return pattern if pattern in ours else ""
    ends = (pattern, f".{pattern[1:]}")
    return next((address for address in sorted(ours) if address.endswith(ends)), "")
