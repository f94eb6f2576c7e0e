"""Mails about deadlines, put together by person."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_senders_and_oauth'),
        ('people', '0003_audit_is_append_only'),
        ('tickets', '0020_rotas_and_absences'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('recipient', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='digest', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('next_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='DigestItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ready_at', models.DateTimeField(help_text='From when on it is worth a mail by itself.')),
                ('dropped_at', models.DateTimeField(blank=True, help_text='When it had become needless before any mail.', null=True)),
                ('delivery', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='notifications.delivery')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.event')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('pk',),
                'indexes': [models.Index(condition=models.Q(('delivery__isnull', True), ('dropped_at__isnull', True)), fields=['ready_at', 'recipient'], name='digest_item_waiting')],
                'constraints': [models.UniqueConstraint(fields=('event', 'recipient'), name='digest_item_once'), models.CheckConstraint(condition=models.Q(('delivery', None), ('dropped_at', None), _connector='OR'), name='digest_item_ends_one_way')],
            },
        ),
    ]
