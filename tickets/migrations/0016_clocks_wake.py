"""One index for everything that is due on clocks; each clock has its terms, none its policy."""

from django.db import migrations, models


class Migration(migrations.Migration):
    # Apart from the filling: PostgreSQL alters no table with trigger events pending.
    dependencies = [("tickets", "0015_terms_and_cycles")]

    operations = [
        migrations.RemoveIndex("clock", "clock_due"),
        migrations.RemoveField("clock", "policy"),
        migrations.AlterField(
            "clock",
            "armed_at",
            models.DateTimeField(help_text="When this row was written; what was due before could not fire before."),
        ),
        migrations.AddIndex(
            "clock",
            models.Index(condition=models.Q(("wake_at__isnull", False)), fields=["wake_at"], name="clock_wake"),
        ),
        migrations.AddConstraint(
            "clock",
            models.CheckConstraint(
                condition=models.Q(("state", "running"), _negated=True) | models.Q(("wake_at__isnull", False)),
                name="clock_running_wakes",
            ),
        ),
        migrations.AddConstraint(
            "clock",
            models.CheckConstraint(
                condition=models.Q(("state__in", ("running", "breached"))) | models.Q(("wake_at__isnull", True)),
                name="clock_at_rest_sleeps",
            ),
        ),
    ]
