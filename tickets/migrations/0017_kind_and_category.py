"""Of what kind a request is and what it is about; on tickets, and on the questions about a topic."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('knowledgebase', '0005_spellings_without_keywords'),
        ('tickets', '0016_clocks_wake'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='questionnaire',
            name='category',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='questionnaires', to='knowledgebase.category', verbose_name='category'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='category',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tickets', to='knowledgebase.category', verbose_name='category'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='kind',
            field=models.CharField(choices=[('incident', 'Incident'), ('request', 'Service request'), ('question', 'Question'), ('complaint', 'Complaint')], db_default='incident', default='incident', max_length=9, verbose_name='type'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ('new', 'open', 'pending_customer', 'pending_third', 'scheduled'))), fields=['kind', 'next_due_at', '-id'], name='ticket_open_kind'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ('new', 'open', 'pending_customer', 'pending_third', 'scheduled'))), fields=['category', 'next_due_at', '-id'], name='ticket_open_category'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('category__isnull', False)), fields=['category'], name='ticket_category'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('incident', 'request', 'question', 'complaint'))), name='ticket_kind_known'),
        ),
    ]
