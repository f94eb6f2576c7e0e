"""When we work, and what we promise."""

from datetime import date, datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.administration.durations import NoDuration, in_words, minutes_of
from helpdesk.administration.times import NotReadable, read_days, read_hours, write_days, write_hours
from sla import ical
from sla.models import MAX_YEARS_AHEAD, Calendar, CalendarInterval, Target
from sla.operations.calendars import Day, Opening, days_of, planned_from
from sla.public_holidays import COUNTRIES, countries, subdivisions
from sla.worktime import MINUTES_A_DAY

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


class DaysField(forms.CharField):
    """Days that differ from their weekday, one a line, as `Day` by date."""

    widget = forms.Textarea

    def clean(self, value: Any) -> Any:
        """
        Read the days.

        :raises ValidationError: if a line is no day, or hours of a day overlap.
        """
        try:
            found = read_days(super().clean(value) or "")
        except NotReadable as unreadable:
            raise ValidationError(
                gettext(
                    "“%(line)s” cannot be read; write it as 2026-12-25 Christmas Day, or 2026-12-24 08:00–12:00 Eve."
                )
                % {"line": str(unreadable)[:80]}
            ) from None
        for day, (_name, spans) in found.items():
            if any(end == time(0) or start < end for (_start, end), (start, _end) in pairwise(spans)):
                raise ValidationError(gettext("The hours of %(day)s overlap.") % {"day": day.isoformat()})
        return {day: Day(name, _minutes(spans)) for day, (name, spans) in found.items()}

    def prepare_value(self, value: Any) -> Any:
        """Show days as text, and text as it was typed."""
        if not isinstance(value, dict):
            return value
        return write_days({day: (what.name, _times(what.hours)) for day, what in value.items()})


def _minutes(spans: list[tuple[time, time]]) -> tuple[tuple[int, int], ...]:
    return tuple(CalendarInterval(start=start, end=end).minutes for start, end in spans)


def _times(hours: tuple[tuple[int, int], ...]) -> list[tuple[time, time]]:
    return [(time(*divmod(start, 60)), time(*divmod(end % MINUTES_A_DAY, 60))) for start, end in hours]


class CalendarForm(forms.ModelForm[Calendar]):
    """A calendar with its week and its holidays."""

    timezone = forms.CharField(
        label=_("Time zone"), max_length=64, initial="Europe/Berlin",
        widget=forms.TextInput(attrs={"list": "timezones", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Summer time is taken care of."),
    )  # fmt: skip
    effective_from = forms.DateField(
        label=_("This week holds from"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: at once. Until a later day the week holds that held so far; a day that is over is refused."),
    )  # fmt: skip
    holidays = DaysField(
        label=_("Holidays and exceptions"), required=False, max_length=80_000,
        widget=forms.Textarea(attrs={"rows": 9, "spellcheck": "false"}),
        help_text=_(
            "One day a line: 2026-12-25 Christmas Day is closed, 2026-12-24 08:00–12:00 Christmas Eve is open until noon."
        ),
    )  # fmt: skip

    class Meta:
        model = Calendar
        fields = ("name", "timezone")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        week: dict[int, list[tuple[time, time]]] = {day: [] for day in DAYS}
        if self.instance.pk:
            for interval in self.instance.intervals.all():
                week[interval.weekday].append((interval.start, interval.end))
            self.initial["holidays"] = days_of(self.instance)
            self.initial["effective_from"] = planned_from(self.instance, now)
        else:
            week |= {day: [(time(8), time(17))] for day in DAYS[:5]}
            del self.fields["effective_from"]
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
    def days_off(self) -> dict[date, Day]:
        """Give the days; one that was not touched still comes from where it came from."""
        known = days_of(self.instance) if self.instance.pk else {}
        return {
            day: known[day] if day in known and (known[day].name, known[day].hours) == (what.name, what.hours) else what
            for day, what in self.cleaned_data["holidays"].items()
        }

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

    def clean(self) -> dict[str, Any]:
        """
        Want working hours on one day at least.

        :raises ValidationError: if it is never open.
        """
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.openings:
            raise ValidationError(gettext("Enter working hours on at least one day; nothing is due without them."))
        return cleaned


class RegionForm(forms.Form):
    """Whose public holidays a calendar takes over."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    subdivision = forms.ChoiceField(label=_("State or province"), required=False)
    language = forms.ChoiceField(label=_("Language of the names"), choices=settings.LANGUAGES)
    years_ahead = forms.IntegerField(
        label=_("Years ahead"), min_value=1, max_value=MAX_YEARS_AHEAD,
        help_text=_("Besides this year; a year later the next one is added by itself."),
    )  # fmt: skip

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", gettext("none")), *countries()]
        self.fields["country"].choices = choices  # type: ignore[attr-defined]
        states = subdivisions(country) if country in COUNTRIES else []
        self.fields["subdivision"].choices = [("", gettext("the whole country")), *states]  # type: ignore[attr-defined]


class ImportForm(forms.Form):
    """A calendar file, or the days that were found in one."""

    MAX_KB = ical.MAX_BYTES // 1000
    file = forms.FileField(
        label=_("Calendar file (.ics)"), widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"})
    )

    def __init__(self, *args: Any, timezone: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timezone, self.today = timezone, today

    def clean_file(self) -> ical.Found:
        """
        Read the file.

        :raises ValidationError: if it is none, too large, or holds no day to come.
        """
        file = self.cleaned_data["file"]
        try:
            if file.size > ical.MAX_BYTES:
                raise ical.TooMuch
            last = date(self.today.year + MAX_YEARS_AHEAD, 12, 31)
            found = ical.read(file.read(), timezone=self.timezone, first=self.today, last=last)
        except ical.TooMuch:
            raise ValidationError(
                gettext("The file is too large: at most %(size)s kB and %(days)s days.")
                % {"size": self.MAX_KB, "days": ical.MAX_DAYS}
            ) from None
        except ical.NoCalendar:
            raise ValidationError(gettext("This is no calendar file; export the calendar as .ics.")) from None
        if not found.days:
            raise ValidationError(gettext("The file has no entry of a whole day that is still to come."))
        return found


class FoundDaysForm(forms.Form):
    """The days of a file, to be looked through before they are taken over."""

    days = DaysField(
        label=_("Days to take over"), max_length=80_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_("Delete the lines you don't want; add hours to those that are open for a while."),
    )  # fmt: skip


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


class TrialForm(forms.Form):
    """A moment and a length of working time."""

    start = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )  # fmt: skip
    length = DurationField(
        label=_("Working time"), max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    MOST = 1_000 * 60

    def clean_start(self) -> datetime:
        """
        Take a moment of our time.

        :raises ValidationError: if it is of another age.
        """
        start: datetime = self.cleaned_data["start"]
        if not 2000 <= start.year <= 2100:
            raise ValidationError(gettext("Choose a day between 2000 and 2100."))
        return start

    def clean_length(self) -> int:
        """
        Take a length that a promise might have.

        :raises ValidationError: if it is too long.
        """
        minutes: int = self.cleaned_data["length"]
        if minutes > self.MOST:
            raise ValidationError(gettext("At most 1,000 hours."))
        return minutes
