"""What a draft of a service level or of working hours would have meant for past tickets, asked before it is saved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from helpdesk.administration.access import SettingsRequest, admins_only
from helpdesk.administration.forms.policies import Editor
from helpdesk.administration.forms.promising import CalendarForm
from helpdesk.administration.policy_words import Names, people_of
from sla.actions import BadAction
from sla.conditions import BadCondition
from sla.models import Calendar, CalendarInterval, Metric, Policy
from sla.operations import calendars, policies
from sla.worktime import NeverOpen
from tickets import replaying
from tickets.models import Queue, Replay, Ticket

_SHOWN = 100


@dataclass(frozen=True)
class Row:
    """How many promises of a group were broken, and would have been."""

    name: str
    now: int
    then: int

    @property
    def difference(self) -> str:
        """Give the difference with its sign."""
        return f"{self.then - self.now:+d}".replace("-", "−") if self.then != self.now else "±0"


@dataclass(frozen=True)
class Changed:
    """A promise that would have been kept instead of missed, or the other way round."""

    ticket: Ticket
    metric: str
    now: datetime | None
    then: datetime | None
    is_broken: bool


@admins_only
@require_POST
def of_policy(request: SettingsRequest, pk: int | None = None) -> HttpResponse:
    """Ask what the typed policy would have meant; nothing is saved."""
    policy = get_object_or_404(Policy.objects.with_versions(), pk=pk) if pk else Policy()
    found, now = list(policy.versions.all()) if pk else [], timezone.now()
    stored = policies.wording_of(found[0]) if found else None
    names = Names.load(people_of(stored.steps) if stored else ())
    editor = Editor(request.POST, policy=policy, names=names, now=now, is_judged=True, stored=stored)
    if not editor.is_valid():
        parts = (editor.form, *editor.conditions, *editor.steps)
        errors = [error for part in parts for error in part.errors.items()]
        return _refused(request, gettext("First correct what is marked in the form."), errors)
    try:
        policies.check(editor.wording)
    except (policies.ImpossibleTarget, BadAction, BadCondition):  # saving says it at its place
        return _refused(request, gettext("First correct the form: it cannot be saved like this."), ())
    replay = replaying.ask(
        by=request.user, now=now, months=_months(request), name=policy.name, policy=policy, wording=editor.wording,
    )  # fmt: skip
    return _asked(request, replay)


@admins_only
@require_POST
def of_calendar(request: SettingsRequest, pk: int) -> HttpResponse:
    """Ask what the typed working hours would have meant; nothing is saved."""
    calendar, now = get_object_or_404(Calendar.objects.select_related("current"), pk=pk), timezone.now()
    form = CalendarForm(request.POST, instance=calendar, now=now)
    if not form.is_valid():
        return _refused(request, gettext("First correct what is marked in the form."), form.errors.items())
    try:
        revision = calendars.drafted(form.cleaned_data["timezone"], form.openings, form.days_off)
    except (NeverOpen, calendars.IntervalsOverlap, ValueError):
        return _refused(request, gettext("First correct the form: it cannot be saved like this."), ())
    replay = replaying.ask(
        by=request.user, now=now, months=_months(request), name=calendar.name, calendar=calendar, revision=revision
    )
    return _asked(request, replay)


@admins_only
@require_GET
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show how far a replay got and what came out; asked by the page itself, its part alone."""
    replay = get_object_or_404(Replay.objects.select_related("asked_by", "policy", "calendar"), pk=pk)
    template = "settings/_replay.html" if request.htmx else "settings/replay.html"
    return render(request, template, _context(replay))


@admins_only
@require_POST
def cancellation(request: SettingsRequest, pk: int) -> HttpResponse:
    """End a replay."""
    replay = get_object_or_404(Replay, pk=pk)
    replaying.cancel(replay, now=timezone.now())
    if not request.htmx:
        return redirect("settings:replay", pk)
    replay.refresh_from_db()
    return render(request, "settings/_replay.html", _context(replay))


def _asked(request: SettingsRequest, replay: Replay) -> HttpResponse:
    if not request.htmx:
        return redirect("settings:replay", replay.pk)
    return render(request, "settings/_replay.html", _context(replay))


def _refused(request: SettingsRequest, words: str, errors: Any) -> HttpResponse:
    said = [error for _field, of_field in errors for error in of_field]
    template = "settings/_replay.html" if request.htmx else "settings/replay.html"
    return render(request, template, {"refusal": words, "errors": said}, status=422)


def _months(request: SettingsRequest) -> int:
    typed = request.POST.get("replay_months", "")
    return min(max(int(typed), 1), Replay.MOST_MONTHS) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 3


def _context(replay: Replay) -> dict[str, Any]:
    found = replay.results
    groups: dict[str, list[Row]] = {"metric": [], "priority": [], "queue": [], "weekday": []}
    queues = {str(queue.pk): queue.name for queue in Queue.objects.all()}
    names = {
        "metric": {one.value: str(one.label) for one in Metric},
        "priority": {str(one.value): str(one.label) for one in reversed(Ticket.Priority)},
        "queue": queues,
        "weekday": {str(one.value): str(one.label) for one in CalendarInterval.Weekday},
    }
    for group, rows in groups.items():
        counted = found.get(group, {})
        rows += [Row(name, *counted[key]) for key, name in names[group].items() if key in counted]
    return {
        "replay": replay,
        "groups": [
            (gettext("By promise"), groups["metric"]),
            (gettext("By priority"), groups["priority"]),
            (gettext("By queue"), groups["queue"]),
            (gettext("By weekday"), groups["weekday"]),
        ],
        "sum": Row("", found.get("now", 0), found.get("then", 0)),
        "unknown": found.get("tickets", 0) - found.get("computed", 0),
        "changed": _changed(found.get("listed", [])[:_SHOWN]),
        "shown": _SHOWN,
        "back": _back(replay),
    }


def _changed(listed: list[dict[str, Any]]) -> list[Changed]:
    tickets = Ticket.objects.only("subject").in_bulk([one["ticket"] for one in listed])
    return [
        Changed(
            tickets[one["ticket"]],
            str(Metric(one["metric"]).label),
            parse_datetime(one["now"] or ""),
            parse_datetime(one["then"] or ""),
            one["broken"],
        )
        for one in listed
        if one["ticket"] in tickets
    ]


def _back(replay: Replay) -> str:
    if replay.calendar_id and not replay.wording:
        return reverse("settings:calendar", args=[replay.calendar_id])
    return reverse("settings:policy", args=[replay.policy_id]) if replay.policy_id else reverse("settings:policies")
