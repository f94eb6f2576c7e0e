"""On-call rotas, absences with their deputies, and promises to call back."""

import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0019_handovers_of_before'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('mode', models.CharField(choices=[('offer', 'offered to the deputy, who takes over what cannot wait'), ('release', 'go back to their queues')], default='offer', max_length=7, verbose_name='open tickets')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('made_at', models.DateTimeField()),
                ('released_at', models.DateTimeField(blank=True, help_text='When what had to go back to its queue was there.', null=True)),
                ('deputy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stands_in_at', to=settings.AUTH_USER_MODEL, verbose_name='deputy')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'absence',
                'verbose_name_plural': 'absences',
                'ordering': ('starts_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Callback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField(verbose_name='by')),
                ('words', models.CharField(blank=True, max_length=300, verbose_name='about what')),
                ('made_at', models.DateTimeField()),
                ('kept_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('kept_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who calls')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='callbacks', to='tickets.ticket')),
            ],
            options={
                'ordering': ('until', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Relief',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('absence', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reliefs', to='tickets.absence')),
                ('deputy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
            ],
            options={
                'ordering': ('at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Rota',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                ('timezone', models.CharField(default='Europe/Berlin', max_length=64, verbose_name='time zone')),
                ('first_day', models.DateField(verbose_name='first day of the first turn')),
                ('handover', models.TimeField(default=datetime.time(9, 0), verbose_name='hour of the change')),
                ('days', models.PositiveSmallIntegerField(default=7, verbose_name='days a turn')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('queues', models.ManyToManyField(related_name='rotas', to='tickets.queue', verbose_name='queues')),
            ],
            options={
                'verbose_name': 'on-call rota',
                'verbose_name_plural': 'on-call rotas',
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='RotaMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('rota', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='tickets.rota')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('position',),
            },
        ),
        migrations.CreateModel(
            name='RotaSwap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rota', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='swaps', to='tickets.rota')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'swapped shift',
                'verbose_name_plural': 'swapped shifts',
                'ordering': ('starts_at', 'pk'),
            },
        ),
        migrations.AddIndex(
            model_name='absence',
            index=models.Index(fields=['ends_at', 'starts_at'], name='absence_current'),
        ),
        migrations.AddIndex(
            model_name='absence',
            index=models.Index(condition=models.Q(('released_at__isnull', True)), fields=['starts_at'], name='absence_to_settle'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='absence_starts_before_it_ends'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('deputy', None), models.Q(('deputy', models.F('person')), _negated=True), _connector='OR'), name='absence_deputy_is_another'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mode', 'offer'), _negated=True), ('deputy__isnull', False), _connector='OR'), name='absence_offers_to_one'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('person', '='), (models.Func(models.F('starts_at'), models.F('ends_at'), function='TSTZRANGE', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='absence_one_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='callback',
            index=models.Index(condition=models.Q(('kept_at__isnull', True), ('withdrawn_at__isnull', True)), fields=['owner', 'until'], name='callback_of_owner'),
        ),
        migrations.AddIndex(
            model_name='callback',
            index=models.Index(fields=['until'], name='callback_until'),
        ),
        migrations.AddConstraint(
            model_name='callback',
            constraint=models.UniqueConstraint(condition=models.Q(('kept_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('ticket',), name='callback_one_open'),
        ),
        migrations.AddConstraint(
            model_name='callback',
            constraint=models.CheckConstraint(condition=models.Q(('kept_at__isnull', True), ('withdrawn_at__isnull', True), _connector='OR'), name='callback_ends_one_way'),
        ),
        migrations.AddConstraint(
            model_name='rota',
            constraint=models.CheckConstraint(condition=models.Q(('days__range', (1, 366))), name='rota_turn_takes_days'),
        ),
        migrations.AddConstraint(
            model_name='rotamember',
            constraint=models.UniqueConstraint(fields=('rota', 'user'), name='rota_member_once'),
        ),
        migrations.AddConstraint(
            model_name='rotamember',
            constraint=models.UniqueConstraint(fields=('rota', 'position'), name='rota_place_once'),
        ),
        migrations.AddIndex(
            model_name='rotaswap',
            index=models.Index(fields=['rota', 'ends_at'], name='swap_of_rota'),
        ),
        migrations.AddConstraint(
            model_name='rotaswap',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='swap_starts_before_it_ends'),
        ),
    ]
