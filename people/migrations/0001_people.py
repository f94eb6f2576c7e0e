"""Make the table of people."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                ('role', models.CharField(choices=[('requester', 'Requester'), ('agent', 'Agent'), ('lead', 'Lead'), ('admin', 'Administrator')], default='requester', max_length=10, verbose_name='role')),
                ('language', models.CharField(choices=[('de', 'Deutsch'), ('en', 'English')], default='de', max_length=2, verbose_name='language')),
                ('theme', models.CharField(choices=[('auto', 'As the system'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=5, verbose_name='theme')),
                ('single_keys', models.BooleanField(default=True, verbose_name='single-key shortcuts')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('department', models.CharField(blank=True, max_length=80, verbose_name='department')),
                ('location', models.CharField(blank=True, max_length=80, verbose_name='location')),
                ('is_vip', models.BooleanField(default=False, verbose_name='VIP')),
                ('is_suspect', models.BooleanField(default=False, verbose_name='mail to this address bounced')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'indexes': [models.Index(condition=models.Q(('role', 'requester'), _negated=True), fields=['role'], name='people_user_staff')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='people_user_email_once'), models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='people_user_email_lower')],
            },
        ),
    ]
