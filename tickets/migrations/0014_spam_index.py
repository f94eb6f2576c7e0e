"""An index for the list of spam, the newest first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0013_frustration")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("state", "void"), ("void_reason", "spam")),
                fields=["-created_at", "-id"],
                name="ticket_spam",
            ),
        ),
    ]
