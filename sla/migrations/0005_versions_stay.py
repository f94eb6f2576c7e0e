"""Targets belong to versions alone, and nobody changes a version any more."""

import django.db.models.deletion
from django.db import migrations, models

_TABLES = ("sla_policyversion", "sla_target", "sla_escalationstep")
PROTECT = (
    """
CREATE FUNCTION sla_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was promised stays: save a new version' USING ERRCODE = 'restrict_violation';
END $$;
"""
    + "".join(
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION sla_version_stays();\n"
        for table in _TABLES
    )
)
FREE = "".join(f"DROP TRIGGER {table}_stays ON {table};\n" for table in _TABLES) + "DROP FUNCTION sla_version_stays();"


class Migration(migrations.Migration):
    # Not in one transaction with the filling: PostgreSQL alters no table with trigger events pending.
    dependencies = [("sla", "0004_first_versions"), ("tickets", "0015_terms_and_cycles")]

    operations = [
        migrations.RemoveField("target", "policy"),
        migrations.RemoveField("policy", "calendar"),
        migrations.AlterField(
            "target",
            "version",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="targets", to="sla.policyversion",
                verbose_name="version",
            ),
        ),
        migrations.AddConstraint(
            "target", models.UniqueConstraint(fields=("version", "priority"), name="target_once_a_priority")
        ),
        migrations.AddConstraint(
            "target",
            models.CheckConstraint(
                condition=(models.Q(first_response_minutes=None) | models.Q(first_response_minutes__gte=1))
                & (models.Q(next_response_minutes=None) | models.Q(next_response_minutes__gte=1))
                & (models.Q(resolution_minutes=None) | models.Q(resolution_minutes__gte=1))
                & (models.Q(acceptance_minutes=None) | models.Q(acceptance_minutes__gte=1))
                & (models.Q(callback_minutes=None) | models.Q(callback_minutes__gte=1)),
                name="target_takes_time",
            ),
        ),
        migrations.RunSQL(PROTECT, FREE),
    ]
