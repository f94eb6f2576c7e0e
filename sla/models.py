"""Calendars say when we work, policies what we promise; clocks are rows of the tickets."""

from datetime import date, datetime, time
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from people.models import User
from sla.worktime import MINUTES_A_DAY, Hours, NeverOpen, Week

MIDNIGHT = time(0)
MAX_YEARS_AHEAD = 5


def validate_timezone(name: str) -> None:
    """
    Accept the names of the IANA time zone database only.

    :raises ValidationError: if there is no such zone.
    """
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone such as Europe/Berlin."), params={"name": name})


class Calendar(models.Model):
    """
    The weekly working hours of a place and the days it is closed; changed by `operations.calendars` only.

    What counts is its newest revision. The rows of intervals and holidays are its newest week and its days, to be edited.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    timezone = models.CharField(_("time zone"), max_length=64)
    # Whose public holidays are added by the clock, so many years ahead; `holidays_until` is the last year that has them.
    country = models.CharField(_("country"), max_length=2, blank=True)
    subdivision = models.CharField(_("state or province"), max_length=30, blank=True)
    holiday_language = models.CharField(_("language of the holidays"), max_length=5, blank=True)
    years_ahead = models.PositiveSmallIntegerField(
        _("years ahead"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_YEARS_AHEAD)]
    )
    holidays_until = models.PositiveSmallIntegerField(_("holidays until"), null=True, blank=True, editable=False)
    current = models.ForeignKey(
        "CalendarRevision", models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("newest revision"),
    )  # fmt: skip
    # Processes that keep a copy compare it; the operations set it with every change of intervals or holidays, too.
    changed_at = models.DateTimeField(_("changed"), default=now, editable=False)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def policies(self) -> "list[Policy]":
        """Give the policies that count in it, in whatever version; prefetch `versions__policy`."""
        return sorted({version.policy for version in self.versions.all()}, key=lambda policy: policy.name)

    def clean(self) -> None:
        """
        Check the time zone; not a validator of the field, for migrations import nothing from here.

        :raises ValidationError: if there is no such zone.
        """
        try:
            validate_timezone(self.timezone)
        except ValidationError as refusal:
            raise ValidationError({"timezone": refusal}) from refusal

    def hours(self) -> Hours:
        """
        Read the working hours of the newest revision, in one query or from what was selected with it.

        :raises NeverOpen: if nobody ever said when it is open.
        """
        if self.current is None:
            raise NeverOpen("The calendar has no revision.")
        return self.current.hours()

    def revision_at(self, moment: datetime) -> "CalendarRevision":
        """
        Return the revision that held at a moment; what was before the first one, the first one holds for.

        :raises CalendarRevision.DoesNotExist: if nobody ever said when it is open.
        """
        held = self.revisions.filter(saved_at__lte=moment).order_by("-number").first()
        return held or self.revisions.earliest("number")


class CalendarRevision(models.Model):
    """
    A calendar as it was saved: written with each change, never altered, neither here nor in the database.

    `weeks` are `[[null, week], ["2027-01-01", week], ...]`, each holding from its local date on, and a week is seven lists of
    `[start, end]` in minutes since midnight. `dates` are `{"2026-12-24": {"name": ..., "hours": [[480, 720]]}}`; no hours
    is closed.
    """

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="revisions", verbose_name=_("calendar"))
    number = models.PositiveIntegerField(_("number"))
    saved_at = models.DateTimeField(_("saved"))
    saved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("saved by")
    )
    timezone = models.CharField(_("time zone"), max_length=64)
    weeks = models.JSONField(_("weeks"))
    dates = models.JSONField(_("days"), default=dict)

    class Meta:
        verbose_name = _("revision of a calendar")
        verbose_name_plural = _("revisions of calendars")
        ordering = ("calendar", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["calendar", "number"], name="revision_once_a_number"),
            models.UniqueConstraint(fields=["calendar", "saved_at"], name="revision_once_a_moment"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} {self.number}"

    def hours(self) -> Hours:
        """
        Give the working hours, without a query.

        :raises NeverOpen: if a week has no interval; none that an operation saved.
        """
        (_begin, first), *later = ((begins and date.fromisoformat(begins), _week(week)) for begins, week in self.weeks)
        days = [(date.fromisoformat(day), _intervals(facts["hours"])) for day, facts in self.dates.items()]
        closed = frozenset(day for day, intervals in days if not intervals)
        return Hours(self.timezone, first, closed, tuple(later), tuple(one for one in days if one[1]))


def _week(stored: Any) -> Week:
    return tuple(_intervals(day) for day in stored)


def _intervals(stored: Any) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in stored)


class CalendarInterval(models.Model):
    """Working hours on one weekday; a day may have several, an end at 00:00 is midnight at the end of that day."""

    class Weekday(models.IntegerChoices):
        """The days as Python counts them."""

        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="intervals", verbose_name=_("calendar"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    start = models.TimeField(_("from"))
    end = models.TimeField(_("to"), help_text=_("00:00 is midnight at the end of the day."))

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ("weekday", "start")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="interval_on_a_weekday"),
            models.CheckConstraint(
                condition=Q(start__lt=F("end")) | Q(end=MIDNIGHT),
                name="interval_starts_before_it_ends",
                violation_error_message=_("Working hours start before they end."),
            ),
            models.UniqueConstraint(fields=["calendar", "weekday", "start"], name="interval_starts_once"),
        ]

    def __str__(self) -> str:
        end = "24:00" if self.end == MIDNIGHT else f"{self.end:%H:%M}"
        return f"{self.Weekday(self.weekday).label} {self.start:%H:%M}–{end}"

    @property
    def minutes(self) -> tuple[int, int]:
        """Return start and end in minutes since midnight, the end up to 1440."""
        end = MINUTES_A_DAY if self.end == MIDNIGHT else self.end.hour * 60 + self.end.minute
        return self.start.hour * 60 + self.start.minute, end


class Holiday(models.Model):
    """A date on which a calendar's place does not work, or only during hours of its own."""

    class Source(models.TextChoices):
        """Where a day came from."""

        TYPED = "typed", _("typed in")
        REGION = "region", _("public holiday")
        IMPORT = "import", _("imported")

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="holidays", verbose_name=_("calendar"))
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=100)
    hours = models.JSONField(_("hours"), default=list, blank=True)  # [[480, 720]]; none is closed
    source = models.CharField(_("from"), max_length=10, choices=Source, default=Source.TYPED)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ("date",)
        constraints: ClassVar = [models.UniqueConstraint(fields=["calendar", "date"], name="holiday_once_a_date")]

    def __str__(self) -> str:
        spans = ", ".join(f"{start // 60:02}:{start % 60:02}–{end // 60:02}:{end % 60:02}" for start, end in self.hours)
        return " ".join(part for part in (f"{self.date:%Y-%m-%d}", spans, self.name) if part)


class PolicyQuerySet(models.QuerySet["Policy"]):
    """Questions about policies."""

    def with_versions(self) -> "PolicyQuerySet":
        """Fetch all versions with everything a promise is made of, in a fixed number of queries."""
        versions = PolicyVersion.objects.select_related("calendar__current").prefetch_related("targets", "steps")
        return self.prefetch_related(models.Prefetch("versions", versions.order_by("-number")))

    def default(self) -> "PolicyQuerySet":
        """Keep the policy that holds where no other is chosen; there is at most one."""
        return self.filter(is_default=True)


class Policy(models.Model):
    """A service level: its name and when it is chosen; what it promises stands in its versions."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    is_default = models.BooleanField(_("default"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    changed_at = models.DateTimeField(_("changed"), default=now, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("service level")
        verbose_name_plural = _("service levels")
        ordering = ("position", "name")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="policy_one_default")
        ]

    def __str__(self) -> str:
        return self.name

    def version_at(self, moment: datetime) -> "PolicyVersion | None":
        """Give the version in force then, in one query or from what was prefetched; before the first one, the first."""
        versions = sorted(self.versions.all(), key=lambda version: version.number)
        begun = [version for version in versions if version.valid_from <= moment]
        return begun[-1] if begun else next(iter(versions), None)


class PolicyVersion(models.Model):
    """
    What a policy promises from a moment on; a trigger refuses every change.

    `conditions` are those of `sla.conditions`; with some, the policy is chosen for the tickets that meet them all, before
    the policies that queues name. `pauses` are the states of a ticket in which its resolution clock stands still.
    """

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="versions", verbose_name=_("service level"))
    number = models.PositiveIntegerField(_("version"))
    valid_from = models.DateTimeField(_("in force from"))
    saved_at = models.DateTimeField(_("saved"))
    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions", verbose_name=_("calendar"))
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    pauses = models.JSONField(_("paused while"), default=list, blank=True)

    class Meta:
        verbose_name = _("version of a service level")
        ordering = ("policy", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once"),
            models.UniqueConstraint(fields=["policy", "valid_from"], name="policy_version_one_a_moment"),
            models.CheckConstraint(condition=Q(valid_from__gte=F("saved_at")), name="policy_version_not_in_the_past"),
        ]

    def __str__(self) -> str:
        return f"{self.policy} ({self.number})"


class Metric(models.TextChoices):
    """What is promised."""

    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    RESOLUTION = "resolution", _("Resolution")
    ACCEPTANCE = "acceptance", _("Hand-over accepted")
    CALLBACK = "callback", _("Call back")


class Target(models.Model):
    """The working minutes a version promises for one priority; a priority without a target has no promise."""

    class Priority(models.IntegerChoices):
        """How urgent a ticket is, the more the higher."""

        LOW = 1, _("low")
        NORMAL = 2, _("normal")
        HIGH = 3, _("high")
        CRITICAL = 4, _("critical")

    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="targets", verbose_name=_("version"))
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority)
    first_response_minutes = models.PositiveIntegerField(_("first response (minutes)"), null=True, blank=True)
    next_response_minutes = models.PositiveIntegerField(_("next response (minutes)"), null=True, blank=True)
    resolution_minutes = models.PositiveIntegerField(_("resolution (minutes)"), null=True, blank=True)
    acceptance_minutes = models.PositiveIntegerField(_("hand-over accepted (minutes)"), null=True, blank=True)
    callback_minutes = models.PositiveIntegerField(_("call back (minutes)"), null=True, blank=True)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ("-priority",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "priority"], name="target_once_a_priority"),
            models.CheckConstraint(condition=Q(priority__range=(1, 4)), name="target_of_a_priority"),
            models.CheckConstraint(
                condition=(Q(first_response_minutes=None) | Q(first_response_minutes__gte=1))
                & (Q(next_response_minutes=None) | Q(next_response_minutes__gte=1))
                & (Q(resolution_minutes=None) | Q(resolution_minutes__gte=1))
                & (Q(acceptance_minutes=None) | Q(acceptance_minutes__gte=1))
                & (Q(callback_minutes=None) | Q(callback_minutes__gte=1)),
                name="target_takes_time",
            ),
        ]

    def __str__(self) -> str:
        said = (f"{metric.value} {self.minutes(metric)}" for metric in Metric if self.minutes(metric))
        return f"{self.Priority(self.priority).label}: {', '.join(said)}"

    def minutes(self, metric: str) -> int | None:
        """Give the working minutes promised for a metric, if any."""
        found: int | None = getattr(self, f"{metric}_minutes")
        return found


class EscalationStep(models.Model):
    """What happens some working minutes before or after a deadline, if the ticket meets the conditions then."""

    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="steps", verbose_name=_("version"))
    position = models.PositiveSmallIntegerField(_("position"))
    metric = models.CharField(_("promise"), max_length=16, choices=Metric)
    offset_minutes = models.IntegerField(_("working minutes after the deadline"), help_text=_("Before it: negative."))
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    actions = models.JSONField(_("actions"), default=list)

    class Meta:
        verbose_name = _("escalation step")
        ordering = ("version", "position")
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "position"], name="step_position_once")]

    def __str__(self) -> str:
        return f"{self.metric} {self.offset_minutes:+d}"
