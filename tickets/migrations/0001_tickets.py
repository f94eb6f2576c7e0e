"""Make the tables of the tickets app."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.manager
import secrets
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('knowledgebase', '0002_articles_texts_and_revisions'),
        ('sla', '0001_calendars_and_policies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Blob',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('data', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=250, verbose_name='subject')),
                ('state', models.CharField(choices=[('new', 'New'), ('open', 'In progress'), ('pending_customer', 'Waiting for customer'), ('pending_third', 'Waiting for third party'), ('scheduled', 'Reminder'), ('resolved', 'Resolved'), ('closed', 'Closed'), ('void', 'Void')], default='new', max_length=16, verbose_name='state')),
                ('impact', models.PositiveSmallIntegerField(choices=[(1, 'Low'), (2, 'Medium'), (3, 'High')], default=1, verbose_name='impact')),
                ('urgency', models.PositiveSmallIntegerField(choices=[(1, 'Low'), (2, 'Medium'), (3, 'High')], default=2, verbose_name='urgency')),
                ('priority', models.PositiveSmallIntegerField(choices=[(1, 'Low'), (2, 'Normal'), (3, 'High'), (4, 'Critical')], default=2, verbose_name='priority')),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('web', 'Portal'), ('chat', 'Chat'), ('phone', 'Phone')], max_length=5, verbose_name='channel')),
                ('language', models.CharField(default='de', max_length=2, verbose_name='language')),
                ('token', models.CharField(default=secrets.token_urlsafe, editable=False, max_length=50, unique=True)),
                ('snippet', models.CharField(blank=True, max_length=160)),
                ('void_reason', models.CharField(blank=True, choices=[('', ''), ('spam', 'Spam'), ('duplicate', 'Duplicate'), ('merged', 'Merged')], default='', max_length=10)),
                ('resolution', models.TextField(blank=True, verbose_name='solution')),
                ('resolved_tier', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('reopen_count', models.PositiveSmallIntegerField(default=0)),
                ('confirmed', models.BooleanField(blank=True, null=True)),
                ('pending_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('first_response_at', models.DateTimeField(blank=True, null=True)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('last_customer_at', models.DateTimeField(blank=True, null=True)),
                ('last_agent_at', models.DateTimeField(blank=True, null=True)),
                ('next_due_at', models.DateTimeField(blank=True, null=True)),
                ('next_due_paused', models.BooleanField(default=False)),
                ('breached', models.BooleanField(default=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='assigned', to=settings.AUTH_USER_MODEL, verbose_name='assignee')),
                ('case_owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cared_for', to=settings.AUTH_USER_MODEL, verbose_name='case owner')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='merged', to='tickets.ticket')),
            ],
            options={
                'verbose_name': 'ticket',
            },
        ),
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('metric', models.CharField(choices=[('first_response', 'First response'), ('resolution', 'Resolution')], max_length=16)),
                ('generation', models.PositiveIntegerField()),
                ('priority', models.PositiveSmallIntegerField()),
                ('minutes', models.PositiveIntegerField()),
                ('started_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('running', 'running'), ('paused', 'paused'), ('breached', 'overdue'), ('met', 'met'), ('missed', 'met late'), ('cancelled', 'cancelled')], default='running', max_length=9)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('breached_at', models.DateTimeField(blank=True, null=True)),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.policy')),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('customer', 'Message'), ('reply', 'Reply'), ('note', 'Internal note'), ('call', 'Call'), ('chat', 'Chat line'), ('system', 'System message')], max_length=8)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('web', 'Portal'), ('chat', 'Chat'), ('phone', 'Phone')], max_length=5)),
                ('is_from_staff', models.BooleanField(default=False)),
                ('text', models.TextField(help_text='The new part, as readable text.')),
                ('full_text', models.TextField(blank=True, help_text='With quoted history and signature, when that is more.')),
                ('html', models.TextField(blank=True, help_text='As received; cleaned whenever it is shown.')),
                ('auto_generated', models.BooleanField(default=False)),
                ('message_id', models.CharField(blank=True, max_length=255)),
                ('in_reply_to', models.CharField(blank=True, max_length=255)),
                ('client_id', models.UUIDField(blank=True, null=True)),
                ('notes', models.JSONField(blank=True, default=list, help_text='What the mail parser had to drop or guess.')),
                ('created_at', models.DateTimeField()),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('created_at', 'id'),
                'base_manager_name': 'with_notes',
            },
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('with_notes', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.PositiveIntegerField()),
                ('is_inline', models.BooleanField(default=False)),
                ('content_id', models.CharField(blank=True, max_length=200)),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.blob')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='tickets.message')),
            ],
        ),
        migrations.CreateModel(
            name='Queue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name_de', models.CharField(max_length=80, verbose_name='name (German)')),
                ('name_en', models.CharField(max_length=80, verbose_name='name (English)')),
                ('tier', models.PositiveSmallIntegerField(choices=[(1, '1st level'), (2, '2nd level'), (3, '3rd level')], default=1, verbose_name='support level')),
                ('colour', models.CharField(choices=[('calm', 'grey'), ('info', 'blue'), ('ok', 'green'), ('warn', 'orange'), ('wait', 'violet'), ('bad', 'red')], default='calm', max_length=4, verbose_name='colour')),
                ('is_default', models.BooleanField(default=False, verbose_name='takes what no rule routes')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('reopen_days', models.PositiveSmallIntegerField(default=14, verbose_name='a reply reopens a closed ticket within (days)')),
                ('escalates_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tickets.queue', verbose_name='escalates to')),
                ('policy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='queues', to='sla.policy', verbose_name='SLA')),
            ],
            options={
                'ordering': ('tier', 'slug'),
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(choices=[(1, 'view'), (2, 'reply'), (3, 'work'), (4, 'lead')], default=3, verbose_name='level')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('queue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='tickets.queue')),
            ],
        ),
        migrations.CreateModel(
            name='RoutingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=100, verbose_name='position')),
                ('words', models.TextField(help_text='One word or phrase a line; a request with any of them matches.', verbose_name='words')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('queue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='tickets.queue', verbose_name='queue')),
            ],
            options={
                'ordering': ('position', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='words', serialize=False, to='tickets.ticket')),
                ('public', django.contrib.postgres.search.SearchVectorField(null=True)),
                ('internal', django.contrib.postgres.search.SearchVectorField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='ticket',
            name='queue',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='tickets.queue', verbose_name='queue'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='related_to',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follow_ups', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='requester',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to=settings.AUTH_USER_MODEL, verbose_name='requester'),
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='tickets.ticket')),
            ],
            options={
                'ordering': ('began_at',),
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='taking_part', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participants', to='tickets.ticket')),
            ],
        ),
        migrations.AddField(
            model_name='message',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='tickets.ticket'),
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opened', 'opened'), ('received', 'message received'), ('replied', 'answered'), ('noted', 'note added'), ('assigned', 'assigned'), ('routed', 'moved to another queue'), ('escalated', 'escalated'), ('prioritised', 'priority changed'), ('held', 'put on hold'), ('resumed', 'resumed'), ('resolved', 'resolved'), ('reopened', 'reopened'), ('closed', 'closed'), ('voided', 'voided'), ('breached', 'deadline missed'), ('triaged', 'triaged'), ('tried', 'standard solution tried')], max_length=12)),
                ('at', models.DateTimeField()),
                ('facts', models.JSONField(default=dict)),
                ('relay_at', models.DateTimeField(help_text='When the subscribers hear of it; empty when they have.', null=True)),
                ('relay_tries', models.PositiveSmallIntegerField(default=0)),
                ('relay_error', models.TextField(blank=True)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('clock', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.clock')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tickets.ticket')),
            ],
            options={
                'ordering': ('at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reply', 'reply'), ('note', 'note')], max_length=5)),
                ('body', models.TextField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='tickets.ticket')),
            ],
        ),
        migrations.AddField(
            model_name='clock',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clocks', to='tickets.ticket'),
        ),
        migrations.CreateModel(
            name='SolutionAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('open', 'not known yet'), ('worked', 'worked'), ('partly', 'worked partly'), ('failed', 'did not work'), ('na', 'not applicable')], default='open', max_length=6)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tickets.message')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='knowledgebase.articletext')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='tickets.ticket')),
            ],
            options={
                'ordering': ('at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Suggestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('score', models.FloatField()),
                ('words', models.JSONField(default=list)),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledgebase.articletext')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suggestions', to='tickets.ticket')),
            ],
            options={
                'ordering': ('position',),
            },
        ),
        migrations.CreateModel(
            name='Triage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language_reason', models.CharField(blank=True, max_length=200)),
                ('queue_reason', models.CharField(blank=True, max_length=200)),
                ('priority_reason', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='triage', to='tickets.ticket')),
            ],
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='queue_one_default'),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(('escalates_to', None), models.Q(('escalates_to', models.F('pk')), _negated=True), _connector='OR'), name='queue_not_to_itself'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('queue', 'user'), name='membership_once'),
        ),
        migrations.AddIndex(
            model_name='searchtext',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['public'], name='ticket_words_public'),
        ),
        migrations.AddIndex(
            model_name='searchtext',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['internal'], name='ticket_words_internal'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ('new', 'open', 'pending_customer', 'pending_third', 'scheduled'))), fields=['queue', 'next_due_at', '-id'], name='ticket_open_queue'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ('new', 'open', 'pending_customer', 'pending_third', 'scheduled'))), fields=['assignee', 'next_due_at', '-id'], name='ticket_open_mine'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ('new', 'open', 'pending_customer', 'pending_third', 'scheduled'))), fields=['next_due_at', '-id'], name='ticket_open_due'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['requester', '-id'], name='ticket_of_requester'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['queue', '-updated_at'], name='ticket_queue_updated'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ('new', 'open', 'pending_customer', 'pending_third', 'scheduled'))), fields=['case_owner'], name='ticket_case_owner'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ('resolved', 'closed'))), fields=['resolved_at'], name='ticket_resolved'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state', 'scheduled')), fields=['pending_until'], name='ticket_reminders'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('new', 'open', 'pending_customer', 'pending_third', 'scheduled', 'resolved', 'closed', 'void'))), name='ticket_state_known'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'scheduled'), _negated=True), ('pending_until__isnull', False), _connector='OR'), name='ticket_reminder_has_date'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('ticket',), name='pause_one_open'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('ticket', 'user'), name='participant_once'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['ticket', 'created_at', 'id'], name='message_timeline'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('message_id', ''), _negated=True), fields=['message_id'], name='message_by_id'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('client_id__isnull', False)), fields=('ticket', 'client_id'), name='message_once'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['ticket', 'at', 'id'], name='event_timeline'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('relay_at__isnull', False)), fields=['relay_at', 'id'], name='event_outbox'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.UniqueConstraint(condition=models.Q(('clock__isnull', False)), fields=('clock', 'kind'), name='event_clock_once'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('ticket', 'user', 'kind'), name='draft_once'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('state', 'running')), fields=['due_at'], name='clock_due'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.UniqueConstraint(fields=('ticket', 'metric', 'generation'), name='clock_generation_once'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('running', 'paused', 'breached'))), fields=('ticket', 'metric'), name='clock_one_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'paused'), ('due_at__isnull', False), ('state', 'cancelled'), _connector='OR'), name='clock_running_is_due'),
        ),
        migrations.AddConstraint(
            model_name='solutionattempt',
            constraint=models.UniqueConstraint(fields=('ticket', 'text'), name='attempt_once'),
        ),
        migrations.AddConstraint(
            model_name='suggestion',
            constraint=models.UniqueConstraint(fields=('ticket', 'position'), name='suggestion_place_once'),
        ),
    ]
