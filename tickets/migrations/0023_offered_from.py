"""The queue an offered hand-over came from stands on its ticket, where what may be seen is decided."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('knowledgebase', '0005_spellings_without_keywords'),
        ('sla', '0005_versions_stay'),
        ('tickets', '0022_replays'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='offered_from',
            field=models.ForeignKey(blank=True, db_index=False, help_text='The queue it was handed over from, as long as that is not accepted.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.queue'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('offered_from__isnull', False)), fields=['offered_from'], name='ticket_offered_from'),
        ),
        migrations.RunSQL(
            "UPDATE tickets_ticket SET offered_from_id = h.from_queue_id FROM tickets_handover h "
            "WHERE h.ticket_id = tickets_ticket.id AND h.state = 'offered' AND tickets_ticket.offered_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
