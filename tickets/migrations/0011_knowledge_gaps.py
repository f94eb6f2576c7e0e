"""Keep what the knowledge base lacks, and which article was begun out of which ticket."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('knowledgebase', '0004_search_words_log_and_imports'),
        ('tickets', '0008_triage_models'),
        ('tickets', '0010_questionnaires_and_incidents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GapNight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('night', models.DateField(unique=True)),
                ('begun_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('found', models.PositiveIntegerField(default=0)),
                ('read', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Gap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('queries', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), default=list, help_text='Searched for just before.', size=None)),
                ('language', models.CharField(max_length=2)),
                ('tickets_count', models.PositiveIntegerField(default=0)),
                ('requesters', models.PositiveIntegerField(default=0)),
                ('minutes', models.PositiveIntegerField(default=0, help_text='Of handling a ticket, the middle one.')),
                ('score', models.BigIntegerField(default=0)),
                ('state', models.CharField(choices=[('open', 'Open'), ('drafted', 'Being written'), ('dismissed', 'Dismissed')], default='open', max_length=9)),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_count', models.PositiveIntegerField(default=0, help_text='How many tickets there were then.')),
                ('found_at', models.DateTimeField()),
                ('alike', models.ForeignKey(blank=True, help_text='Perhaps it is there already.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledgebase.articletext')),
                ('article', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledgebase.article')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-score', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='GapTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('gap', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='tickets.gap')),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='gap', to='tickets.ticket')),
            ],
            options={
                'ordering': ('position',),
            },
        ),
        migrations.CreateModel(
            name='WrittenFrom',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('masked', models.JSONField(default=dict, help_text='How often what was masked.')),
                ('at', models.DateTimeField()),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledgebase.article')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='written_article', to='tickets.ticket')),
            ],
        ),
        migrations.AddIndex(
            model_name='gap',
            index=models.Index(fields=['state', '-score'], name='gap_ranked'),
        ),
        migrations.AddConstraint(
            model_name='gapticket',
            constraint=models.UniqueConstraint(fields=('gap', 'position'), name='gap_place_once'),
        ),
    ]
