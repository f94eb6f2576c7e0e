"""When we work, and what we promise."""

from dataclasses import replace
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.administration.durations import NoDuration, in_words, minutes_of
from helpdesk.administration.times import NotReadable, read_holidays, read_hours, write_holidays, write_hours
from sla.models import Calendar, CalendarInterval, Policy, Target
from sla.operations.calendars import Opening
from sla.operations.policies import Minutes, Wording, wording_of

DAYS = tuple(CalendarInterval.Weekday)
PRIORITIES = tuple(sorted(Target.Priority, reverse=True))


class HoursField(forms.CharField):
    """The intervals of a day, as text."""

    def clean(self, value: Any) -> Any:
        """
        Read the intervals, in order.

        :raises ValidationError: if a part is none, or two of them share a minute.
        """
        try:
            spans = sorted(read_hours(super().clean(value) or ""))
        except NotReadable as unreadable:
            raise ValidationError(
                gettext("“%(part)s” is no interval; write it as 08:00–12:00, 13:00–17:00.") % {"part": unreadable}
            ) from None
        for (_start, end), (start, _end) in pairwise(spans):
            if end == time(0) or start < end:
                raise ValidationError(
                    gettext("%(first)s overlaps with what begins at %(second)s; let one end before the other begins.")
                    % {"first": write_hours([(_start, end)]), "second": f"{start:%H:%M}"}
                )
        return spans

    def prepare_value(self, value: Any) -> Any:
        """Show intervals as text, and text as it was typed."""
        return write_hours(value) if isinstance(value, list) else value


class CalendarForm(forms.ModelForm[Calendar]):
    """A calendar with its week and its holidays."""

    timezone = forms.CharField(
        label=_("Time zone"), max_length=64, initial="Europe/Berlin",
        widget=forms.TextInput(attrs={"list": "timezones", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Summer time is taken care of."),
    )  # fmt: skip
    holidays = forms.CharField(
        label=_("Holidays"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("One day a line, its name behind it: 2026-12-25 Christmas Day, or 25.12.2026 Christmas Day."),
    )  # fmt: skip

    class Meta:
        model = Calendar
        fields = ("name", "timezone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        week: dict[int, list[tuple[time, time]]] = {day: [] for day in DAYS}
        if self.instance.pk:
            for interval in self.instance.intervals.all():
                week[interval.weekday].append((interval.start, interval.end))
            self.initial["holidays"] = write_holidays({one.date: one.name for one in self.instance.holidays.all()})
        else:
            week |= {day: [(time(8), time(17))] for day in DAYS[:5]}
        for day in DAYS:
            self.fields[f"day_{day.value}"] = HoursField(
                label=day.label, required=False, max_length=200, initial=week[day],
                widget=forms.TextInput(attrs={"placeholder": _("closed"), "autocomplete": "off"}),
            )  # fmt: skip

    @property
    def days(self) -> list[forms.BoundField]:
        """Give the fields of the week."""
        return [self[f"day_{day.value}"] for day in DAYS]

    @property
    def openings(self) -> list[Opening]:
        """Give what the days say."""
        return [Opening(day, *span) for day in DAYS for span in self.cleaned_data[f"day_{day.value}"]]

    @property
    def holiday_names(self) -> dict[date, str]:
        """Give what the list of holidays says."""
        names: dict[date, str] = self.cleaned_data["holidays"]
        return names

    def clean_timezone(self) -> str:
        """
        Accept what the time zone database knows, however it is capitalised.

        :raises ValidationError: if there is no such zone.
        """
        name = self.cleaned_data["timezone"].strip()
        known = {zone.lower(): zone for zone in available_timezones()}.get(name.lower())
        if known is None:
            raise ValidationError(gettext("There is no such time zone; write one such as Europe/Berlin."))
        return known

    def clean_holidays(self) -> dict[date, str]:
        """
        Read the list.

        :raises ValidationError: if a line is no day.
        """
        try:
            return read_holidays(self.cleaned_data["holidays"])
        except NotReadable as unreadable:
            raise ValidationError(
                gettext("“%(line)s” begins with no date; write it as 2026-12-25 Christmas Day.")
                % {"line": str(unreadable)[:80]}
            ) from None

    def clean(self) -> dict[str, Any]:
        """
        Want working hours on one day at least.

        :raises ValidationError: if it is never open.
        """
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.openings:
            raise ValidationError(gettext("Enter working hours on at least one day; nothing is due without them."))
        return cleaned


class DurationField(forms.CharField):
    """Working minutes, as text."""

    def clean(self, value: Any) -> Any:
        """
        Read the minutes; nothing is nothing.

        :raises ValidationError: if it is no length of time.
        """
        text = super().clean(value)
        if not text:
            return None
        try:
            return minutes_of(text)
        except NoDuration:
            raise ValidationError(gettext("Write it as 45 min, 4 h or 1:30.")) from None

    def prepare_value(self, value: Any) -> Any:
        """Show minutes as words, and text as it was typed."""
        return in_words(value) if isinstance(value, int) else value


class PolicyForm(forms.ModelForm[Policy]):
    """What is promised for each priority; a row left empty promises nothing."""

    calendar = forms.ModelChoiceField(Calendar.objects.all(), label=_("calendar"))

    class Meta:
        model = Policy
        fields = ("name", "is_default")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_default"].label = _("holds where no other is chosen")
        self.version = self.instance.version_at(now) if self.instance.pk else None
        targets = {one.priority: one for one in self.version.targets.all()} if self.version else {}
        if self.version:
            self.initial["calendar"] = self.version.calendar_id
        for priority in PRIORITIES:
            target = targets.get(priority)
            for name, label, minutes in (
                ("response", _("First response, priority %(name)s"), target and target.first_response_minutes),
                ("resolution", _("Resolution, priority %(name)s"), target and target.resolution_minutes),
            ):
                words = label % {"name": priority.label}
                self.fields[f"{name}_{priority.value}"] = DurationField(
                    label=words, required=False, max_length=30, initial=minutes,
                    widget=forms.TextInput(attrs={"autocomplete": "off"}),
                )  # fmt: skip

    def _get_validation_exclusions(self) -> set[str]:
        # There is one default policy: saving moves that place, so it is no mistake to choose it.
        return {*super()._get_validation_exclusions(), "is_default"}  # type: ignore[misc]

    @property
    def rows(self) -> list[tuple[Target.Priority, forms.BoundField, forms.BoundField]]:
        """Give the fields of each priority, the most urgent first."""
        return [
            (priority, self[f"response_{priority.value}"], self[f"resolution_{priority.value}"])
            for priority in PRIORITIES
        ]

    @property
    def wording(self) -> Wording:
        """Give what the version in force says with what the form changes in it."""
        calendar = self.cleaned_data["calendar"]
        if self.version is None:
            return Wording(calendar=calendar, targets=self.targets)
        before = wording_of(self.version)
        targets = {
            priority: replace(before.targets.get(priority, minutes), first_response=minutes.first_response,
                              resolution=minutes.resolution)
            for priority, minutes in self.targets.items()
        }  # fmt: skip
        return replace(before, calendar=calendar, targets=targets, valid_from=None)

    @property
    def targets(self) -> dict[int, Minutes]:
        """Give the promises that are complete and possible."""
        found = {}
        for priority in PRIORITIES:
            response = self.cleaned_data.get(f"response_{priority.value}")
            resolution = self.cleaned_data.get(f"resolution_{priority.value}")
            if response and resolution and response <= resolution:
                found[priority.value] = Minutes(response, resolution)
        return found

    def clean(self) -> dict[str, Any]:
        """Want both lengths of time of a row or none, and the answer before the solution."""
        cleaned = super().clean() or self.cleaned_data
        for priority in PRIORITIES:
            names = f"response_{priority.value}", f"resolution_{priority.value}"
            if any(name in self.errors for name in names):
                continue
            response, resolution = (cleaned.get(name) for name in names)
            if bool(response) != bool(resolution):
                empty = names[0] if resolution else names[1]
                self.add_error(empty, gettext("Fill in both, or leave both empty: then nothing is promised."))
            elif response and resolution and resolution < response:
                self.add_error(names[1], gettext("The resolution cannot be due before the first response."))
        return cleaned
