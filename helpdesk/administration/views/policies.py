"""What we promise."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.durations import in_words
from helpdesk.administration.forms.promising import PolicyForm
from helpdesk.administration.operations.promising import record_policy
from helpdesk.administration.views.asking import saved, say_saved, show_form
from people.models import User
from sla.models import Calendar, Policy, Target
from sla.operations.policies import Minutes, wording_of
from sla.worktime import Hours, due


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the policies with what they promise now."""
    now = timezone.now()
    found = Policy.objects.with_versions().prefetch_related("queues")
    rows = [(policy, policy.version_at(now), _promised(policy, now)) for policy in found]
    return render(request, "settings/policies.html", {"rows": rows, "may_write": request.user.is_admin})


@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make a policy."""
    form = PolicyForm(request.POST or None, now=timezone.now())
    if form.is_bound and saved(form, lambda: _save(form, request.user, timezone.now())):
        say_saved(request)
        return redirect("settings:policies")
    return show_form(request, "settings/policy.html", form, {"calendars": Calendar.objects.exists()})


@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a policy and save it."""
    policy = get_object_or_404(Policy.objects.with_versions(), pk=pk)
    now = timezone.now()
    version = policy.version_at(now)
    name, said = policy.name, _said(version.calendar.hours(), wording_of(version).targets, now) if version else []
    form = PolicyForm(request.POST or None, instance=policy, now=now)
    if form.is_bound and saved(form, lambda: _save(form, request.user, timezone.now())):
        say_saved(request)
        return redirect("settings:policy", pk)
    return show_form(request, "settings/policy.html", form, {"name": name, "sentences": said, "calendars": True})


@admins_only
@require_POST
def preview(request: SettingsRequest) -> HttpResponse:
    """Say what the typed promises mean for a request opened now; nothing is saved."""
    form = PolicyForm(request.POST, now=timezone.now())
    form.is_valid()
    calendar = form.cleaned_data.get("calendar")
    said = _said(calendar.hours(), form.targets, timezone.now()) if calendar else []
    return render(request, "settings/_promises.html", {"sentences": said})


def _save(form: PolicyForm, by: User, now: datetime) -> None:
    record_policy(form.instance, form.wording, by=by, now=now)


def _promised(policy: Policy, now: datetime) -> list[tuple[Target, str, str, str]]:
    """Give each target in words, with the moment its first response would be due."""
    rows: list[tuple[Target, str, str, str]] = []
    version = policy.version_at(now)
    if version is None:
        return rows
    hours = version.calendar.hours()
    for target in version.targets.all():
        first, resolution = target.first_response_minutes or 0, target.resolution_minutes or 0
        answered = due(hours, now, timedelta(minutes=first)) if first else None
        rows.append((target, in_words(first), in_words(resolution), _moment(answered, now) if answered else ""))
    return rows


def _said(hours: Hours, targets: Mapping[int, Minutes], now: datetime) -> list[tuple[int, str]]:
    """Say for each priority, the most urgent first, when a request opened now must be answered and solved."""
    return [
        (priority, _sentence(priority, hours, targets[priority], now)) for priority in sorted(targets, reverse=True)
    ]


def _sentence(priority: int, hours: Hours, minutes: Minutes, now: datetime) -> str:
    response, resolution = (
        due(hours, now, timedelta(minutes=length or 0)) or now
        for length in (minutes.first_response, minutes.resolution)
    )
    return _SENTENCES[Target.Priority(priority)]() % {
        "response": _moment(response, now),
        "resolution": _moment(resolution, now),
    }


_SENTENCES = {
    Target.Priority.CRITICAL: lambda: gettext(
        "A critical request opened now must be answered by %(response)s and solved by %(resolution)s."
    ),
    Target.Priority.HIGH: lambda: gettext(
        "A high-priority request opened now must be answered by %(response)s and solved by %(resolution)s."
    ),
    Target.Priority.NORMAL: lambda: gettext(
        "A normal request opened now must be answered by %(response)s and solved by %(resolution)s."
    ),
    Target.Priority.LOW: lambda: gettext(
        "A low-priority request opened now must be answered by %(response)s and solved by %(resolution)s."
    ),
}


def _moment(moment: datetime, now: datetime) -> str:
    """Name a moment by its weekday, and by its date as well when it is a week away."""
    local = timezone.localtime(moment)
    return date_format(local, "D H:i" if moment - now < timedelta(days=6) else "D, j M H:i")
