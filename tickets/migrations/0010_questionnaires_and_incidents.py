"""Questionnaires with their answers; major incidents and the bursts that propose them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0008_triage_models'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('opened', 'opened'), ('acknowledged', 'acknowledged'), ('received', 'message received'), ('replied', 'answered'), ('noted', 'note added'), ('assigned', 'assigned'), ('routed', 'moved to another queue'), ('escalated', 'escalated'), ('prioritised', 'priority changed'), ('held', 'put on hold'), ('resumed', 'resumed'), ('resolved', 'resolved'), ('reopened', 'reopened'), ('closed', 'closed'), ('voided', 'voided'), ('breached', 'deadline missed'), ('triaged', 'triaged'), ('tried', 'standard solution tried'), ('joined', 'participant added'), ('left', 'participant removed'), ('informed', 'everybody affected was told')], max_length=12),
        ),
        migrations.CreateModel(
            name='Burst',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(help_text='article:12, rule:vpn or word:scanner', max_length=80)),
                ('label', models.CharField(max_length=250, verbose_name='topic')),
                ('slot', models.DateTimeField(help_text='When the first request of the burst came.')),
                ('found_at', models.DateTimeField()),
                ('last_at', models.DateTimeField(help_text='When its newest request came.')),
                ('seen', models.PositiveIntegerField()),
                ('expected', models.FloatField()),
                ('chance', models.FloatField()),
                ('words', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('open', 'to be decided'), ('confirmed', 'confirmed'), ('dismissed', 'false alarm')], default='open', max_length=9)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tickets', models.ManyToManyField(related_name='bursts', to='tickets.ticket')),
            ],
            options={
                'verbose_name': 'proposed major incident',
                'ordering': ('-found_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_de', models.CharField(max_length=200, verbose_name='title (German)')),
                ('title_en', models.CharField(max_length=200, verbose_name='title (English)')),
                ('banner_de', models.TextField(blank=True, verbose_name='banner (German)')),
                ('banner_en', models.TextField(blank=True, verbose_name='banner (English)')),
                ('audience', models.CharField(choices=[('everybody', 'everybody, also without login'), ('signed_in', 'everybody who is signed in'), ('affected', 'only who is affected')], default='signed_in', max_length=9, verbose_name='who sees the banner')),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('burst', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='incident', to='tickets.burst')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='incident', to='tickets.ticket')),
            ],
            options={
                'verbose_name': 'major incident',
                'ordering': ('-started_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Affected',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('ticket', 'by a request'), ('me_too', 'by “me too”'), ('phone', 'by phone')], max_length=6)),
                ('at', models.DateTimeField()),
                ('works_again', models.BooleanField(null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='affected_by', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='affected', to='tickets.incident')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='IncidentNews',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text_de', models.TextField(verbose_name='German')),
                ('text_en', models.TextField(verbose_name='English')),
                ('is_last', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='news', to='tickets.event')),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='news', to='tickets.incident')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='IncidentTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='children', to='tickets.incident')),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='incident_link', to='tickets.ticket')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Interview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asking', 'being asked'), ('done', 'answered'), ('stopped', 'stopped for a person')], default='done', max_length=7)),
                ('at', models.DateTimeField()),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='interview', to='tickets.ticket')),
            ],
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=20)),
                ('position', models.PositiveSmallIntegerField()),
                ('label_de', models.CharField(max_length=300)),
                ('label_en', models.CharField(max_length=300)),
                ('value', models.JSONField(null=True)),
                ('text_de', models.TextField(blank=True)),
                ('text_en', models.TextField(blank=True)),
                ('fact', models.CharField(blank=True, max_length=12)),
                ('changed_route', models.BooleanField(null=True)),
                ('changed_solution', models.BooleanField(null=True)),
                ('still_asked', models.CharField(blank=True, choices=[('', ''), ('agent', 'marked by an agent'), ('text', 'read from an answer')], default='', max_length=5)),
                ('still_asked_at', models.DateTimeField(blank=True, null=True)),
                ('still_asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('interview', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='tickets.interview')),
            ],
            options={
                'ordering': ('position',),
            },
        ),
        migrations.CreateModel(
            name='Questionnaire',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_de', models.CharField(max_length=80, verbose_name='name (German)')),
                ('name_en', models.CharField(blank=True, max_length=80, verbose_name='name (English)')),
                ('position', models.PositiveSmallIntegerField(default=100, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('draft', models.JSONField(blank=True, default=list, verbose_name='questions')),
                ('queue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='questionnaires', to='tickets.queue', verbose_name='queue')),
            ],
            options={
                'verbose_name': 'questionnaire',
                'ordering': ('position', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='QuestionnaireVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('questions', models.JSONField()),
                ('published_at', models.DateTimeField()),
                ('replaced_at', models.DateTimeField(blank=True, null=True)),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('questionnaire', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='tickets.questionnaire')),
            ],
            options={
                'ordering': ('questionnaire', '-number'),
            },
        ),
        migrations.AddField(
            model_name='interview',
            name='version',
            field=models.ForeignKey(blank=True, help_text='Empty while a chat asks what it is about.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='interviews', to='tickets.questionnaireversion'),
        ),
        migrations.AddIndex(
            model_name='burst',
            index=models.Index(fields=['-last_at'], name='burst_newest'),
        ),
        migrations.AddConstraint(
            model_name='burst',
            constraint=models.UniqueConstraint(fields=('topic', 'slot'), name='burst_once'),
        ),
        migrations.AddConstraint(
            model_name='burst',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('topic',), name='burst_one_open'),
        ),
        migrations.AddConstraint(
            model_name='burst',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='burst_decided_at'),
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['-started_at'], name='incident_running'),
        ),
        migrations.AddConstraint(
            model_name='affected',
            constraint=models.UniqueConstraint(fields=('incident', 'person'), name='affected_once'),
        ),
        migrations.AddConstraint(
            model_name='incidentnews',
            constraint=models.UniqueConstraint(condition=models.Q(('is_last', True)), fields=('incident',), name='news_one_last'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(fields=['question'], name='answer_of_question'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(fields=('interview', 'question'), name='answer_once'),
        ),
        migrations.AddConstraint(
            model_name='questionnaireversion',
            constraint=models.UniqueConstraint(fields=('questionnaire', 'number'), name='questionnaire_version_once'),
        ),
        migrations.AddConstraint(
            model_name='questionnaireversion',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at', None)), fields=('questionnaire',), name='questionnaire_one_current'),
        ),
        migrations.AddConstraint(
            model_name='interview',
            constraint=models.CheckConstraint(condition=models.Q(('version__isnull', False), models.Q(('state', 'done'), _negated=True), _connector='OR'), name='interview_done_has_version'),
        ),
    ]
