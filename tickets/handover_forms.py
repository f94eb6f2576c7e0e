"""What is asked for a hand-over and about one, and the unfinished one that is kept."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets.completeness import ALWAYS, FIELDS, completeness, is_filled, missing
from tickets.handovers import NAMES, tried
from tickets.models import Draft, Handover, HandoverContract, Queue, Ticket, contract_for
from tickets.prefilling import Known, known_of, say_tried

_LONGEST = 8_000
_HELP = {
    "summary": _("In one or two sentences: what it is about, and how urgent it really is."),
    "symptom": _("What does not work, since when, with which words on the screen."),
    "environment": _("Device, place, version: what they need to see it happen."),
    "tried": _("Beside the standard solutions, which go along by themselves."),
    "hypothesis": _("What you think it is."),
    "question": _("What you need from them."),
}
_ROWS = {"summary": 2, "symptom": 4, "environment": 3, "tried": 3, "hypothesis": 2, "question": 2}


class TargetChoice(forms.ModelChoiceField[Queue]):
    """A queue with its level."""

    def label_from_instance(self, obj: Queue) -> str:
        """Say its name and level."""
        return f"{obj.name} ({obj.get_tier_display()})"


class HandoverForm(forms.Form):
    """Everything the other side has to know."""

    to = TargetChoice(label=_("Hand over to"), queryset=Queue.objects.none(), empty_label=None)
    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=[("", _("choose a reason")), *(one for one in Handover.Reason.choices if one[0] != "clock")],
    )

    def __init__(self, data: Any = None, *, ticket: Ticket, known: Known | None = None) -> None:
        self.ticket = ticket
        self.known = known or known_of(ticket)
        super().__init__(data, initial=_initial(ticket, self.known))
        target = self.fields["to"]
        assert isinstance(target, forms.ModelChoiceField)
        target.queryset = Queue.objects.filter(is_active=True).exclude(pk=ticket.queue_id)
        for name in FIELDS:
            self.fields[name] = forms.CharField(
                label=NAMES[name], help_text=_HELP[name], required=False, max_length=_LONGEST,
                widget=forms.Textarea(attrs={"rows": _ROWS[name]}),
            )  # fmt: skip

    @cached_property
    def target(self) -> Queue | None:
        """Give the queue that is chosen at the moment."""
        wanted = str(self["to"].value() or "")
        target = self.fields["to"]
        assert isinstance(target, forms.ModelChoiceField)
        number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else 0
        return target.queryset.filter(pk=number).first() if target.queryset is not None else None

    @cached_property
    def contract(self) -> HandoverContract | None:
        """Give what that queue wants to know."""
        return contract_for(self.target, self.ticket) if self.target is not None else None

    @property
    def shown_attempts(self) -> list[tuple[str, str, int | None, int | None]]:
        """Give the standard solutions that were tried, in words."""
        return tried(Handover(attempts=self.known.attempts))

    @property
    def texts(self) -> dict[str, str]:
        """Give what stands in the fields."""
        return {name: str(self[name].value() or "")[:_LONGEST] for name in FIELDS}

    @property
    def counted(self) -> dict[str, str]:
        """Give what counts: the standard solutions that were tried belong to what was tried."""
        texts = self.texts
        return texts | {"tried": say_tried(texts["tried"], self.known.attempts)}

    @property
    def needed(self) -> list[tuple[str, bool]]:
        """Name the fields the queue demands, each with whether it says something."""
        wanted, texts = {*self._needed(), *ALWAYS}, self.counted
        return [(str(NAMES[name]), is_filled(texts[name])) for name in FIELDS if name in wanted]

    @property
    def missing(self) -> list[str]:
        """Name what is missing."""
        return [str(NAMES[name]) for name in missing(self.counted, self._needed())]

    @property
    def completeness(self) -> int:
        """Say in percent how much is there."""
        return completeness(self.counted, self._needed())

    def clean(self) -> dict[str, Any]:
        """Check that what the queue demands is there."""
        data = super().clean() or {}
        if self.target is not None:
            for name in missing(self.counted, self._needed()):
                self.add_error(name, gettext("%(queue)s needs this.") % {"queue": self.target.name})
        return data

    def _needed(self) -> list[str]:
        return self.contract.needed if self.contract is not None else []


class ReturnForm(forms.Form):
    """Why a hand-over is given back."""

    reason = forms.ChoiceField(label=_("Why?"), choices=[("", _("choose a reason")), *Handover.Return.choices])
    words = forms.CharField(
        label=_("What is missing, or what should happen instead?"), max_length=2_000,
        help_text=_("It stands on the ticket, for whoever gets it back."), widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class ResultForm(forms.Form):
    """What came of a ticket that is given back."""

    outcome = forms.ChoiceField(
        label=_("What came of it?"), widget=forms.RadioSelect,
        choices=[
            (Handover.Outcome.SOLUTION_BACK, _("Here is the solution; please tell the requester")),
            (Handover.Outcome.NO_RESULT, _("We could not solve it")),
        ],
    )  # fmt: skip
    words = forms.CharField(
        label=_("In words"), max_length=4_000, help_text=_("The solution, or what you found out."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class CallForm(forms.Form):
    """Why a lead has to come."""

    reason = forms.CharField(
        label=_("Why does a lead have to decide?"), max_length=2_000,
        help_text=_("The ticket stays where it is and with whom it is."), widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class CallAnswerForm(forms.Form):
    """What a lead decided."""

    words = forms.CharField(
        label=_("What did you decide?"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It stands on the ticket; whoever called you hears of it."),
    )  # fmt: skip


def unfinished(data: Mapping[str, Any]) -> str:
    """Put a half-filled hand-over into the words of a draft."""
    kept = {name: str(data.get(name, ""))[:_LONGEST] for name in ("to", "reason", *FIELDS)}
    return json.dumps(kept, ensure_ascii=False)


def unfinished_since(ticket: Any) -> datetime | None:
    """Tell when this person began a hand-over of a ticket that was fetched with its `own_drafts`."""
    rows = getattr(ticket, "own_drafts", [])
    moment = next((row["updated_at"] for row in rows if row["kind"] == Draft.Kind.HANDOVER), None)
    return datetime.fromisoformat(moment) if moment else None


def _initial(ticket: Any, known: Known) -> dict[str, Any]:
    """Begin with the draft, else with what is known."""
    found = next((row["body"] for row in getattr(ticket, "own_drafts", []) if row["kind"] == Draft.Kind.HANDOVER), "")
    try:
        kept = json.loads(found) if found else {}
    except ValueError:
        kept = {}
    level = ticket.next_level
    begun = {"to": level.pk if level is not None else None, **known.texts}
    return begun | kept if isinstance(kept, dict) else begun
