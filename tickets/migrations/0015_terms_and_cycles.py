"""Clocks of more promises, under terms that stay; what runs gets the first version of its policy."""

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

FILL = """
UPDATE tickets_clock c SET
    version_id = (SELECT v.id FROM sla_policyversion v WHERE v.policy_id = c.policy_id ORDER BY v.number LIMIT 1),
    calendar_id = (SELECT r.id FROM sla_calendarrevision r JOIN sla_policyversion v ON v.calendar_id = r.calendar_id
                   WHERE v.policy_id = c.policy_id ORDER BY r.number LIMIT 1),
    armed_at = c.started_at,
    wake_at = CASE WHEN c.state = 'running' THEN c.due_at END;
UPDATE tickets_ticket t SET terms_version_id = c.version_id, terms_calendar_id = c.calendar_id
FROM (SELECT DISTINCT ON (ticket_id) ticket_id, version_id, calendar_id FROM tickets_clock ORDER BY ticket_id, id DESC) c
WHERE c.ticket_id = t.id;
"""


def _terms(to):
    return models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0014_spam_index"), ("sla", "0004_first_versions")]

    operations = [
        migrations.AddField("clock", "version", _terms("sla.policyversion")),
        migrations.AddField("clock", "calendar", _terms("sla.calendarrevision")),
        migrations.AddField("clock", "cycle", models.PositiveIntegerField(db_default=1, default=1)),
        migrations.AddField("clock", "armed_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "clock",
            "wake_at",
            models.DateTimeField(
                help_text="When something happens next: an escalation step, the deadline.", null=True
            ),
        ),
        migrations.AlterField("clock", "metric", models.CharField(choices=METRICS, max_length=16)),
        migrations.AlterField("clock", "minutes", models.PositiveIntegerField(null=True)),
        migrations.AddField(
            "pause",
            "state",
            models.CharField(db_default="pending_customer", default="pending_customer", max_length=16),
        ),
        migrations.AddField(
            "ticket",
            "terms_version",
            models.ForeignKey(
                blank=True, db_index=False, help_text="What is promised; chosen anew only when another policy is.",
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sla.policyversion",
            ),
        ),
        migrations.AddField(
            "ticket",
            "terms_calendar",
            models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="sla.calendarrevision",
            ),
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ID,
                ("at", models.DateTimeField()),
                ("checked", models.PositiveIntegerField()),
                ("different", models.PositiveIntegerField()),
                ("details", models.JSONField(default=list)),
            ],
            options={"ordering": ("-at",)},
        ),
        migrations.CreateModel(
            name="EscalationFire",
            fields=[
                ID,
                ("metric", models.CharField(choices=METRICS, max_length=16)),
                ("cycle", models.PositiveIntegerField()),
                ("due_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("applied", models.BooleanField(help_text="Whether the ticket met the step's conditions.")),
                ("outcome", models.JSONField(default=list, help_text="What each action did, in codes.")),
                (
                    "clock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="fires", to="tickets.clock"
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sla.escalationstep"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="fires", to="tickets.ticket"
                    ),
                ),
            ],
            options={
                "ordering": ("at", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ticket", "metric", "cycle", "step"), name="escalation_step_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
