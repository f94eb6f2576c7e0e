"""What belongs to a calendar besides its week: public holidays, imported days, its year, its revisions, a trial."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.calendar_words import changes, months, spans
from helpdesk.administration.durations import in_words
from helpdesk.administration.forms.promising import FoundDaysForm, ImportForm, RegionForm, TrialForm
from helpdesk.administration.operations.promising import record_import, record_region
from helpdesk.administration.views.asking import saved, say_saved, show_form
from sla.ical import Found
from sla.models import Calendar
from sla.operations.calendars import Day, days_of
from sla.public_holidays import COUNTRIES, public_holidays
from sla.worktime import NeverOpen, due, segments

_REVISIONS = 50
_SEGMENTS = 20
_YEARS = range(2000, 2101)


@leads_read
@require_http_methods(["GET", "POST"])
def holidays(request: SettingsRequest, pk: int) -> HttpResponse:
    """Choose a country and a state, show their holidays, and take them over."""
    calendar, now = _calendar(pk), timezone.now()
    stored = {
        "country": calendar.country,
        "subdivision": calendar.subdivision,
        "language": calendar.holiday_language or get_language(),
        "years_ahead": calendar.years_ahead,
    }
    if request.method == "POST":
        form = RegionForm(request.POST, country=request.POST.get("country", ""))
        if saved(form, lambda: record_region(calendar, **form.cleaned_data, by=request.user, now=now)):
            say_saved(request)
            return redirect("settings:calendar_year", pk)
        return show_form(request, "settings/calendar_holidays.html", form, {"calendar": calendar})
    chosen = stored | {name: request.GET[name] for name in stored if name in request.GET}
    form = RegionForm(chosen, country=str(chosen["country"]))
    if "subdivision" in form.errors:  # that of another country
        form = RegionForm(chosen | {"subdivision": ""}, country=str(chosen["country"]))
    context: dict[str, Any] = {"calendar": calendar, "is_stored": stored == form.data}
    if form.is_valid() and form.cleaned_data["country"] in COUNTRIES:
        year = _today(calendar, now).year
        facts = form.cleaned_data
        years = range(year, year + facts["years_ahead"] + 1)
        found = public_holidays(facts["country"], facts["subdivision"], years, facts["language"])
        context["years"] = [(one, [(day, found[day]) for day in found if day.year == one]) for one in years]
    return show_form(request, "settings/calendar_holidays.html", form, context)


@admins_only
@require_http_methods(["GET", "POST"])
def imported(request: SettingsRequest, pk: int) -> HttpResponse:
    """Read a calendar file, show its days, and take over those that are left."""
    calendar, now = _calendar(pk), timezone.now()
    if request.method == "POST" and "days" in request.POST:
        days = FoundDaysForm(request.POST)
        if saved(days, lambda: record_import(calendar, days=days.cleaned_data["days"], by=request.user, now=now)):
            count = len(days.cleaned_data["days"])
            messages.success(
                request, ngettext("%(count)s day taken over.", "%(count)s days taken over.", count) % {"count": count}
            )
            return redirect("settings:calendar_year", pk)
        return show_form(request, "settings/calendar_import.html", days, {"calendar": calendar, "is_preview": True})
    is_sent = request.method == "POST"
    form = ImportForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        timezone=calendar.timezone,
        today=_today(calendar, now),
    )
    if form.is_bound and form.is_valid():
        found: Found = form.cleaned_data["file"]
        known = days_of(calendar)
        days = FoundDaysForm(initial={"days": {day: Day(name) for day, name in found.days.items()}})
        replaced = [(day, known[day].name, name) for day, name in found.days.items() if day in known]
        context = {"calendar": calendar, "is_preview": True, "found": found, "replaced": replaced}
        return show_form(request, "settings/calendar_import.html", days, context)
    return show_form(request, "settings/calendar_import.html", form, {"calendar": calendar})


@leads_read
@require_GET
def year(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a year: which days are closed, which have hours of their own."""
    calendar, now = _calendar(pk), timezone.now()
    typed = request.GET.get("year", "")
    shown = int(typed) if typed.isdecimal() and len(typed) == 4 else _today(calendar, now).year
    shown = min(max(shown, _YEARS[0]), _YEARS[-1])
    days = [one for one in calendar.holidays.all() if one.date.year == shown]
    context = {
        "calendar": calendar,
        "year": shown,
        "before": shown - 1 if shown > _YEARS[0] else None,
        "after": shown + 1 if shown < _YEARS[-1] else None,
        "days": [(one, spans(one.hours)) for one in days],
        "months": months(calendar.hours(), {one.date: one.name for one in days}, shown) if calendar.current else [],
    }
    return render(request, "settings/calendar_year.html", context)


@leads_read
@require_GET
def trial(request: SettingsRequest, pk: int) -> HttpResponse:
    """Say when a length of working time is over that begins at some moment."""
    calendar, now = _calendar(pk), timezone.now()
    with timezone.override(calendar.timezone):
        local = timezone.localtime(now).replace(second=0, microsecond=0)
        form = TrialForm(request.GET if "start" in request.GET else None, initial={"start": local, "length": 240})
        context: dict[str, Any] = {"calendar": calendar}
        if form.is_bound and form.is_valid():
            context |= _answer(calendar, form.cleaned_data["start"], form.cleaned_data["length"])
        return show_form(request, "settings/calendar_trial.html", form, context)


@leads_read
@require_GET
def revisions(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show who saved what, the newest first."""
    calendar = _calendar(pk)
    found = list(calendar.revisions.select_related("saved_by").order_by("-number")[: _REVISIONS + 1])
    pairs = list(pairwise(found))
    if len(found) <= _REVISIONS and found:
        pairs.append((found[-1], None))  # type: ignore[arg-type]
    rows = [(one, changes(before, one)) for one, before in pairs]
    return render(request, "settings/calendar_revisions.html", {"calendar": calendar, "rows": rows})


def _answer(calendar: Calendar, start: datetime, minutes: int) -> dict[str, Any]:
    try:
        hours = calendar.hours()
        end = due(hours, start, timedelta(minutes=minutes))
    except (NeverOpen, OverflowError):
        end = None
    if end is None:
        return {"sentence": gettext("In these hours that time is never worked.")}
    worked = segments(hours, start, end)
    return {
        "sentence": gettext("From %(start)s on, %(length)s of working time are over on %(end)s.")
        % {"start": _moment(start), "length": in_words(minutes), "end": _moment(end)},
        "segments": worked[:_SEGMENTS],
        "more": max(0, len(worked) - _SEGMENTS),
    }


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), gettext("D, j M Y, H:i"))


def _calendar(pk: int) -> Calendar:
    return get_object_or_404(Calendar.objects.select_related("current"), pk=pk)


def _today(calendar: Calendar, now: datetime) -> date:
    return now.astimezone(ZoneInfo(calendar.timezone)).date()
