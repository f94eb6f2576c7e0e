"""Make the table of deliveries."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tickets', '0002_events_are_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(blank=True, max_length=254)),
                ('medium', models.CharField(choices=[('mail', 'E-mail'), ('inapp', 'Notice')], max_length=5)),
                ('message_id', models.CharField(blank=True, help_text='Fixed before the first try; empty for notices.', max_length=255)),
                ('state', models.CharField(choices=[('queued', 'waiting'), ('sending', 'being sent'), ('sent', 'sent'), ('failed', 'failed'), ('bounced', 'came back'), ('seen', 'seen')], default='queued', max_length=7)),
                ('next_try_at', models.DateTimeField(blank=True, help_text='While being sent: when the lease runs out.', null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('give_up_at', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('answer', models.TextField(blank=True, help_text='What the SMTP server said when it took the mail.')),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='tickets.event')),
                ('recipient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deliveries', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ('created_at', 'id'),
                'indexes': [models.Index(condition=models.Q(('state__in', ('queued', 'sending'))), fields=['next_try_at', 'id'], name='delivery_due'), models.Index(condition=models.Q(('medium', 'inapp')), fields=['recipient', '-id'], name='delivery_notices'), models.Index(condition=models.Q(('medium', 'inapp'), ('state', 'sent')), fields=['recipient'], name='delivery_unseen')],
                'constraints': [models.UniqueConstraint(fields=('event', 'recipient', 'medium'), name='delivery_once'), models.UniqueConstraint(condition=models.Q(('message_id', ''), _negated=True), fields=('message_id',), name='delivery_message_id_once'), models.CheckConstraint(condition=models.Q(('medium', 'inapp'), models.Q(models.Q(('message_id', ''), _negated=True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='delivery_mail_is_addressed')],
            },
        ),
    ]
