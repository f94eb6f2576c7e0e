"""Versions of policies with targets for every promise, escalation steps, conditions and pauses; filled by the next one."""

import django.db.models.deletion
from django.db import migrations, models

METRICS = [
    ("first_response", "First response"),
    ("next_response", "Next response"),
    ("resolution", "Resolution"),
    ("acceptance", "Hand-over accepted"),
    ("callback", "Call back"),
]
ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("sla", "0002_calendar_revisions")]

    operations = [
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ID,
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("valid_from", models.DateTimeField(verbose_name="in force from")),
                ("saved_at", models.DateTimeField(verbose_name="saved")),
                ("conditions", models.JSONField(blank=True, default=list, verbose_name="conditions")),
                ("pauses", models.JSONField(blank=True, default=list, verbose_name="paused while")),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="sla.calendar",
                        verbose_name="calendar",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="sla.policy",
                        verbose_name="service level",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a service level",
                "ordering": ("policy", "number"),
                "constraints": [
                    models.UniqueConstraint(fields=("policy", "number"), name="policy_version_once"),
                    models.UniqueConstraint(fields=("policy", "valid_from"), name="policy_version_one_a_moment"),
                    models.CheckConstraint(
                        condition=models.Q(("valid_from__gte", models.F("saved_at"))),
                        name="policy_version_not_in_the_past",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EscalationStep",
            fields=[
                ID,
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("metric", models.CharField(choices=METRICS, max_length=16, verbose_name="promise")),
                (
                    "offset_minutes",
                    models.IntegerField(
                        help_text="Before it: negative.", verbose_name="working minutes after the deadline"
                    ),
                ),
                ("conditions", models.JSONField(blank=True, default=list, verbose_name="conditions")),
                ("actions", models.JSONField(default=list, verbose_name="actions")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="sla.policyversion",
                        verbose_name="version",
                    ),
                ),
            ],
            options={
                "verbose_name": "escalation step",
                "ordering": ("version", "position"),
                "constraints": [
                    models.UniqueConstraint(fields=("version", "position"), name="step_position_once")
                ],
            },
        ),
        migrations.AddField("policy", "is_active", models.BooleanField(default=True, verbose_name="active")),
        migrations.AddField(
            "policy", "position", models.PositiveSmallIntegerField(default=100, verbose_name="position")
        ),
        migrations.AlterModelOptions(
            "policy",
            {
                "ordering": ("position", "name"),
                "verbose_name": "service level",
                "verbose_name_plural": "service levels",
            },
        ),
        migrations.AddField(
            "target",
            "version",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="targets", to="sla.policyversion",
                verbose_name="version",
            ),
        ),
        migrations.RemoveConstraint("target", "target_takes_time"),
        migrations.RemoveConstraint("target", "target_once_a_priority"),
        migrations.AlterField(
            "target",
            "first_response_minutes",
            models.PositiveIntegerField(blank=True, null=True, verbose_name="first response (minutes)"),
        ),
        migrations.AlterField(
            "target",
            "resolution_minutes",
            models.PositiveIntegerField(blank=True, null=True, verbose_name="resolution (minutes)"),
        ),
        *(
            migrations.AddField(
                "target", name, models.PositiveIntegerField(blank=True, null=True, verbose_name=words)
            )
            for name, words in (
                ("next_response_minutes", "next response (minutes)"),
                ("acceptance_minutes", "hand-over accepted (minutes)"),
                ("callback_minutes", "call back (minutes)"),
            )
        ),
    ]
