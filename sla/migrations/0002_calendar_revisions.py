"""Calendars keep every revision, none of which can change; what exists becomes the first revision, valid since ever."""

from datetime import UTC, datetime

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


PROTECT = """
CREATE FUNCTION sla_calendarrevision_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF EXISTS (SELECT 1 FROM sla_calendarrevision WHERE calendar_id = NEW.calendar_id
                   AND (number >= NEW.number OR saved_at >= NEW.saved_at)) THEN
            RAISE EXCEPTION 'revisions of a calendar come one after the other' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'revisions of a calendar are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER sla_calendarrevision_append_only BEFORE INSERT OR UPDATE OR DELETE ON sla_calendarrevision
    FOR EACH ROW EXECUTE FUNCTION sla_calendarrevision_append_only();
"""
FREE = """
DROP TRIGGER sla_calendarrevision_append_only ON sla_calendarrevision;
DROP FUNCTION sla_calendarrevision_append_only();
"""
EVER = datetime(1970, 1, 1, tzinfo=UTC)


def begin(apps, schema_editor):
    """Write what each calendar says as its first revision."""
    revisions = apps.get_model("sla", "CalendarRevision").objects
    for calendar in apps.get_model("sla", "Calendar").objects.prefetch_related("intervals", "holidays"):
        week = [[] for _day in range(7)]
        for one in sorted(calendar.intervals.all(), key=lambda one: one.start):
            end = one.end.hour * 60 + one.end.minute or 1440
            week[one.weekday].append([one.start.hour * 60 + one.start.minute, end])
        dates = {one.date.isoformat(): {"name": one.name, "hours": []} for one in calendar.holidays.all()}
        calendar.current = revisions.create(
            calendar=calendar, number=1, saved_at=EVER, timezone=calendar.timezone, weeks=[[None, week]], dates=dates
        )
        calendar.save(update_fields=["current"])


class Migration(migrations.Migration):

    dependencies = [
        ("sla", "0001_calendars_and_policies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="calendar",
            name="country",
            field=models.CharField(blank=True, max_length=2, verbose_name="country"),
        ),
        migrations.AddField(
            model_name="calendar",
            name="holiday_language",
            field=models.CharField(blank=True, max_length=5, verbose_name="language of the holidays"),
        ),
        migrations.AddField(
            model_name="calendar",
            name="holidays_until",
            field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True, verbose_name="holidays until"),
        ),
        migrations.AddField(
            model_name="calendar",
            name="subdivision",
            field=models.CharField(blank=True, max_length=30, verbose_name="state or province"),
        ),
        migrations.AddField(
            model_name="calendar",
            name="years_ahead",
            field=models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name="years ahead"),
        ),
        migrations.AddField(
            model_name="holiday",
            name="hours",
            field=models.JSONField(blank=True, default=list, verbose_name="hours"),
        ),
        migrations.AddField(
            model_name="holiday",
            name="source",
            field=models.CharField(choices=[("typed", "typed in"), ("region", "public holiday"), ("import", "imported")], default="typed", max_length=10, verbose_name="from"),
        ),
        migrations.CreateModel(
            name="CalendarRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("saved_at", models.DateTimeField(verbose_name="saved")),
                ("timezone", models.CharField(max_length=64, verbose_name="time zone")),
                ("weeks", models.JSONField(verbose_name="weeks")),
                ("dates", models.JSONField(default=dict, verbose_name="days")),
                ("calendar", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="sla.calendar", verbose_name="calendar")),
                ("saved_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="saved by")),
            ],
            options={
                "verbose_name": "revision of a calendar",
                "verbose_name_plural": "revisions of calendars",
                "ordering": ("calendar", "number"),
            },
        ),
        migrations.AddField(
            model_name="calendar",
            name="current",
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sla.calendarrevision", verbose_name="newest revision"),
        ),
        migrations.AddConstraint(
            model_name="calendarrevision",
            constraint=models.UniqueConstraint(fields=("calendar", "number"), name="revision_once_a_number"),
        ),
        migrations.AddConstraint(
            model_name="calendarrevision",
            constraint=models.UniqueConstraint(fields=("calendar", "saved_at"), name="revision_once_a_moment"),
        ),
        migrations.AddConstraint(
            model_name="calendarrevision",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="revision_counts_from_one"),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunSQL(PROTECT, FREE),
    ]
