"""Trying the service levels on a ticket that does not exist."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from helpdesk.administration.access import SettingsRequest, leads_read
from helpdesk.administration.durations import in_words
from helpdesk.administration.forms.policy_trial import PolicyTrialForm
from helpdesk.administration.policy_words import Names, moment_words, offset_words, people_of
from sla import conditions
from sla.models import Metric, PolicyVersion
from sla.promises import Terms, choose
from sla.worktime import Segment, segments

_SEGMENTS = 8


@dataclass(frozen=True)
class Promise:
    """A deadline with the working time that was counted, and the steps around it."""

    label: str
    length: str
    due_at: str
    segments: list[Segment]
    more: int
    steps: list[tuple[str, str, str, list[str]]]


@leads_read
@require_GET
def trial(request: SettingsRequest) -> HttpResponse:
    """Say which version would hold for a ticket, why, when everything would be due, and what would happen when."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    form = PolicyTrialForm(request.GET if "moment" in request.GET else None, initial={"moment": now, "priority": 3})
    context: dict[str, Any] = {"form": form, "may_write": request.user.is_admin}
    if form.is_bound and form.is_valid():
        context |= _answer(form)
    return render(request, "settings/policy_trial.html", context, status=422 if form.errors else 200)


def _answer(form: PolicyTrialForm) -> dict[str, Any]:
    queue, start = form.cleaned_data["queue"], form.cleaned_data["moment"]
    terms = choose(form.facts, named=queue.policy_id if queue else None, now=start)
    if terms is None:
        return {"is_tried": True}
    version = PolicyVersion.objects.select_related("calendar", "policy").get(pk=terms.version)
    names = Names.load(people_of(terms.steps))
    is_chosen = bool(version.conditions) and conditions.meets(form.facts, version.conditions)
    if is_chosen:
        why = gettext("It is the first whose conditions all hold:")
    elif queue and queue.policy_id == terms.policy:
        why = gettext("No conditions hold, and the queue %(queue)s names it.") % {"queue": queue.name}
    else:
        why = gettext("No conditions hold, and it holds where no other is chosen.")
    return {
        "is_tried": True, "version": version, "why": why,
        "conditions": names.conditions(version.conditions) if is_chosen else [],
        "promises": [
            _promise(terms, names, metric, minutes, start)
            for metric in Metric
            if (minutes := terms.minutes(metric, form.cleaned_data["priority"]))
        ],
    }  # fmt: skip


def _promise(terms: Terms, names: Names, metric: Metric, minutes: int, start: datetime) -> Promise:
    try:
        end = terms.due(start, minutes)
        moments = terms.moments(metric, start, minutes)
    except OverflowError:  # a few minutes a week, and the end of time is reached first
        end, moments = None, []
    worked = segments(terms.hours, start, end) if end else []
    return Promise(
        label=str(metric.label),
        length=in_words(minutes),
        due_at=moment_words(end) if end else gettext("In these hours that time is never worked."),
        segments=worked[:_SEGMENTS],
        more=max(0, len(worked) - _SEGMENTS),
        steps=[
            (
                moment_words(moment.at),
                offset_words(moment.step.offset),
                names.actions(moment.step.actions),
                names.conditions(moment.step.conditions),
            )
            for moment in moments
        ],
    )
