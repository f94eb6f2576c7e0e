"""What we promise."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.durations import in_words
from helpdesk.administration.forms.policies import Editor, PolicyForm, changed, data_of
from helpdesk.administration.forms.queues import MoveForm
from helpdesk.administration.operations.promising import move_policy, record_policy
from helpdesk.administration.policy_sentences import day_and_time, said
from helpdesk.administration.policy_words import FIELDS, Names, people_of
from helpdesk.administration.record import Line, lines
from helpdesk.administration.refusal import Refused
from helpdesk.administration.views.asking import say_saved
from people.models import AuditEntry, User
from sla import conditions
from sla.models import Calendar, Metric, Policy, PolicyVersion, Target
from sla.operations.policies import Wording, wording_of
from sla.worktime import due

_VERSIONS = 50


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the policies in their order with what they promise now."""
    now, names = timezone.now(), Names.load()
    rows = []
    for policy in Policy.objects.with_versions().prefetch_related("queues"):
        version = policy.version_at(now)
        rows.append(
            {
                "policy": policy, "version": version, "targets": _promised(version, now),
                "conditions": names.conditions(version.conditions) if version else [],
                "steps": len(version.steps.all()) if version else 0,
            }
        )  # fmt: skip
    return render(
        request, "settings/policies.html", {"rows": rows, "metrics": Metric.labels, "may_write": request.user.is_admin}
    )


@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make a policy."""
    return _page(request, Policy(), Policy(), [])


@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a policy, and save it; each thing that is added or removed comes back with everything that was typed."""
    policy, stored = (get_object_or_404(Policy.objects.with_versions(), pk=pk) for _copy in range(2))
    return _page(request, policy, stored, list(stored.versions.all()))


@admins_only
@require_POST
def planned_removal(request: SettingsRequest, pk: int) -> HttpResponse:
    """Drop the version that is planned: what holds now goes on."""
    policy, now = get_object_or_404(Policy.objects.with_versions(), pk=pk), timezone.now()
    version = policy.version_at(now)
    if version is not None and version.valid_from <= now:
        record_policy(policy, _without_moment(wording_of(version)), by=request.user, now=now)
        messages.success(request, gettext("The planned version is dropped."))
    return redirect("settings:policy", pk)


@admins_only
@require_POST
def position(request: SettingsRequest, pk: int) -> HttpResponse:
    """Move a policy up or down."""
    policy, form = get_object_or_404(Policy, pk=pk), MoveForm(request.POST)
    if form.is_valid():
        move_policy(policy, form.cleaned_data["direction"], by=request.user, now=timezone.now())
    return redirect(reverse("settings:policies") + f"#policy-{pk}")


@admins_only
@require_POST
def preview(request: SettingsRequest) -> HttpResponse:
    """Say what the typed promises mean; nothing is saved."""
    now = timezone.now()
    form = PolicyForm(request.POST, instance=Policy(), now=now, is_judged=True)
    form.is_valid()
    return render(request, "settings/_promises.html", {"sentences": _sentences(form, now)})


@leads_read
@require_GET
def versions(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show the versions, the newest first: from when they hold, what changed, and who changed it."""
    policy, now = get_object_or_404(Policy, pk=pk), timezone.now()
    found = list(policy.versions.order_by("-number")[:_VERSIONS])
    entries = AuditEntry.objects.filter(kind=policy._meta.label_lower, key=pk, at__in=[one.saved_at for one in found])
    by_moment = {entry.at: entry for entry in entries.select_related("by")}
    in_force = next((one for one in found if one.valid_from <= now), None)
    rows = [(one, _standing(one, in_force, now), *_change(by_moment.get(one.saved_at))) for one in found]
    context = {"policy": policy, "rows": rows, "may_write": request.user.is_admin}
    return render(request, "settings/policy_versions.html", context)


def _page(request: SettingsRequest, policy: Policy, stored: Policy, found: list[PolicyVersion]) -> HttpResponse:
    """Show the newest version, or what was sent; `policy` becomes what was typed, `stored` stays."""
    now = timezone.now()
    newest = wording_of(found[0]) if found else None
    names = Names.load(people_of(newest.steps) if newest else ())
    planned = found[0] if found and found[0].valid_from > now else None
    act = request.POST.get("act", "")
    if request.method == "GET":
        data = data_of(policy, newest if planned or newest is None else _without_moment(newest))
    else:
        data = changed(request.POST, act) if act else request.POST
    is_judged = request.method == "POST" and not act
    editor = Editor(data, policy=policy, names=names, now=now, is_judged=is_judged, stored=newest)
    if is_judged and editor.is_valid() and _saved(editor, request.user):
        say_saved(request)
        return redirect("settings:policy", policy.pk)
    context: dict[str, Any] = {
        "editor": editor, "form": editor.form, "policy": stored if stored.pk else None, "name": stored.name,
        "version": stored.version_at(now) if stored.pk else None, "planned": planned,
        "choosing": [(field, FIELDS[field]) for field in conditions.CHOOSING],
        "stepping": [(field, FIELDS[field]) for field in conditions.STEPPING],
        "calendars": bool(found) or Calendar.objects.exists(), "may_write": request.user.is_admin,
        "sentences": _sentences(_judged(editor, data), now),
    }  # fmt: skip
    return render(request, "settings/policy.html", context, status=422 if is_judged else 200)


def _judged(editor: Editor, data: QueryDict) -> PolicyForm:
    """Give the form as far as it can be read, for the preview."""
    form = editor.form
    if not form.is_judged:
        form = PolicyForm(data, instance=Policy(), now=editor.now, is_judged=True)
        form.is_valid()
    return form


def _saved(editor: Editor, by: User) -> bool:
    try:
        record_policy(editor.policy, editor.wording, by=by, now=timezone.now())
    except Refused as refusal:
        editor.form.add_error(refusal.field if refusal.field in editor.form.fields else None, str(refusal))
        return False
    return True


def _sentences(form: PolicyForm, now: datetime) -> list[tuple[int, str, list[str]]]:
    calendar = form.cleaned_data.get("calendar")
    return said(calendar.hours(), form.targets, now) if calendar and calendar.current_id else []


def _without_moment(wording: Wording) -> Wording:
    return replace(wording, valid_from=None)


def _promised(version: PolicyVersion | None, now: datetime) -> list[tuple[Target, list[str], str]]:
    """Give each target in words, with the moment its first response would be due."""
    if version is None:
        return []
    hours, rows = version.calendar.hours(), []
    for target in version.targets.all():
        first = target.first_response_minutes
        answered = due(hours, now, timedelta(minutes=first)) if first else None
        words = [in_words(target.minutes(metric) or 0) for metric in Metric]
        rows.append((target, words, day_and_time(answered, now) if answered else ""))
    return rows


def _standing(version: PolicyVersion, in_force: PolicyVersion | None, now: datetime) -> str:
    if version.valid_from > now:
        return "planned"
    return "in_force" if version == in_force else "past"


def _change(entry: AuditEntry | None) -> tuple[User | None, list[Line]]:
    return (entry.by, lines(entry)) if entry else (None, [])
