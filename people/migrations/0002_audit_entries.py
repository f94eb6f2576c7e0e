"""Make the record of changes to the settings."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('action', models.CharField(choices=[('created', 'created'), ('changed', 'changed'), ('removed', 'removed'), ('activated', 'activated'), ('deactivated', 'deactivated'), ('password_mail', 'mail to set a password sent')], max_length=13, verbose_name='what')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('key', models.BigIntegerField(verbose_name='number')),
                ('name', models.CharField(max_length=300, verbose_name='name')),
                ('changes', models.JSONField(default=dict, verbose_name='changes')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit entries',
                'ordering': ('-at', '-pk'),
                'indexes': [models.Index(fields=['-at', '-id'], name='audit_newest'), models.Index(fields=['kind', 'key'], name='audit_of_one')],
            },
        ),
    ]
