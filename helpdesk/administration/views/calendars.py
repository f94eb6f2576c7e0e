"""When we work."""

from datetime import datetime, time
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.calendar_words import week_lines
from helpdesk.administration.forms.promising import CalendarForm
from helpdesk.administration.operations.promising import record_calendar
from helpdesk.administration.times import write_hours
from helpdesk.administration.views.asking import saved, say_saved, show_form
from people.models import User
from sla.models import Calendar
from sla.operations.calendars import planned_from


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the calendars with their week."""
    found = Calendar.objects.prefetch_related("intervals", "versions__policy").annotate(days_off=Count("holidays"))
    rows = [(calendar, _week(calendar)) for calendar in found]
    return render(request, "settings/calendars.html", {"rows": rows, "may_write": request.user.is_admin})


@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make a calendar."""
    now = timezone.now()
    form = CalendarForm(request.POST or None, now=now)
    if form.is_bound and saved(form, lambda: _save(form, request.user, now)):
        say_saved(request)
        return redirect("settings:calendars")
    return show_form(request, "settings/calendar.html", form, {"zones": sorted(available_timezones())})


@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a calendar and save it."""
    calendar, now = get_object_or_404(Calendar.objects.select_related("current"), pk=pk), timezone.now()
    name, form = calendar.name, CalendarForm(request.POST or None, instance=calendar, now=now)
    if form.is_bound and saved(form, lambda: _save(form, request.user, now)):
        say_saved(request)
        return redirect("settings:calendar", pk)
    context = {
        "name": name,
        "calendar": calendar,
        "zones": sorted(available_timezones()),
        "planned": planned_from(calendar, now),
        "holds": week_lines(calendar.current.hours().week_of(now.astimezone(ZoneInfo(calendar.timezone)).date()))
        if calendar.current
        else [],
    }
    return show_form(request, "settings/calendar.html", form, context)


def _save(form: CalendarForm, by: User, now: datetime) -> None:
    record_calendar(
        form.instance,
        openings=form.openings,
        holidays=form.days_off,
        effective_from=form.cleaned_data.get("effective_from"),
        by=by,
        now=now,
    )


def _week(calendar: Calendar) -> list[tuple[str, str]]:
    """Give the days that are open, as text."""
    days: dict[str, list[tuple[time, time]]] = {}
    for interval in calendar.intervals.all():
        days.setdefault(interval.get_weekday_display(), []).append((interval.start, interval.end))
    return [(day, write_hours(spans)) for day, spans in days.items()]
