"""Mail rules may say of what kind a request is and what it is about."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels_intake', '0007_mail_left_on_pop3_servers'),
        ('knowledgebase', '0005_spellings_without_keywords'),
    ]

    operations = [
        migrations.AddField(
            model_name='mailrule',
            name='category',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='mail_rules', to='knowledgebase.category', verbose_name='category'),
        ),
        migrations.AddField(
            model_name='mailrule',
            name='ticket_kind',
            field=models.CharField(blank=True, choices=[('incident', 'Incident'), ('request', 'Service request'), ('question', 'Question'), ('complaint', 'Complaint')], db_default='', default='', max_length=9, verbose_name='type'),
        ),
    ]
