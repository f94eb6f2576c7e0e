from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0004_specialists'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ('new', 'open', 'pending_customer', 'pending_third', 'scheduled'))), fields=['queue'], include=('id', 'assignee', 'case_owner', 'state', 'next_due_at', 'last_agent_at', 'last_customer_at'), name='ticket_open_counts'),
        ),
        # An index answers by itself only for pages that were vacuumed since they changed; ticket rows change often.
        migrations.RunSQL(
            'ALTER TABLE tickets_ticket SET (autovacuum_vacuum_scale_factor = 0.005, autovacuum_vacuum_threshold = 500)',
            'ALTER TABLE tickets_ticket RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)',
        ),
    ]
