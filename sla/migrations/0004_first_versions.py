"""What each policy promises becomes its first version, with the step that was fixed before: first level hands up."""

from datetime import UTC, datetime

from django.db import migrations

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def fill(apps, _schema_editor):
    models = {name: apps.get_model("sla", name) for name in ("Policy", "PolicyVersion", "Target", "EscalationStep")}
    for policy in models["Policy"].objects.all():
        version = models["PolicyVersion"].objects.create(
            policy=policy, number=1, valid_from=BEGINNING, saved_at=BEGINNING, calendar_id=policy.calendar_id,
            pauses=["pending_customer"],
        )
        models["Target"].objects.filter(policy=policy).update(version=version)
        for position, metric in enumerate(("first_response", "resolution"), start=1):
            models["EscalationStep"].objects.create(
                version=version, position=position, metric=metric, offset_minutes=0, actions=[{"do": "move"}],
                conditions=[{"field": "tier", "op": "in", "values": [1]}],
            )


class Migration(migrations.Migration):
    dependencies = [("sla", "0003_policy_versions")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
