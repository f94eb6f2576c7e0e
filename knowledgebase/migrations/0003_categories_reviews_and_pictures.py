"""Give articles categories, reviews, a day to be checked on, pictures, feedback; topics become categories."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

# The constraint of the foreign key is checked at once, so that the table may still be changed afterwards.
TOPICS = """
INSERT INTO knowledgebase_category (key, name_de, name_en, audience, needs_review, review_days, position)
    SELECT left(trim(BOTH '-' FROM regexp_replace(lower(topic), '[^a-z0-9]+', '-', 'g')), 60)
            || '-' || row_number() OVER (ORDER BY topic),
        topic, topic, 'public', false, 180, 10 * row_number() OVER (ORDER BY topic)
    FROM (SELECT DISTINCT topic FROM knowledgebase_article WHERE topic <> '') AS topics;
UPDATE knowledgebase_article SET category_id = category.id
    FROM knowledgebase_category category WHERE topic <> '' AND category.name_de = topic;
UPDATE knowledgebase_article SET chosen_audience = audience, check_on = (updated_at + interval '180 days')::date;
UPDATE knowledgebase_articletext SET content_version = version;
UPDATE knowledgebase_articletext made SET source_version = original.version
    FROM knowledgebase_articletext original
    WHERE original.article_id = made.article_id AND original.id < made.id
        AND NOT EXISTS (SELECT FROM knowledgebase_articletext older
            WHERE older.article_id = made.article_id AND older.id < original.id);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("knowledgebase", "0002_articles_texts_and_revisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=80, unique=True, verbose_name="key")),
                ("name_de", models.CharField(max_length=80, verbose_name="name in German")),
                ("name_en", models.CharField(max_length=80, verbose_name="name in English")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("public", "Everybody"),
                            ("customers", "Logged-in customers"),
                            ("agents", "Agents only"),
                            ("second_level", "Second level only"),
                        ],
                        default="public",
                        help_text="No article in it is shown to more people than these; an article may be for fewer.",
                        max_length=12,
                        verbose_name="for whom at most",
                    ),
                ),
                (
                    "needs_review",
                    models.BooleanField(
                        default=False,
                        help_text="Somebody other than the author reads each article and each later change first.",
                        verbose_name="published only after a review",
                    ),
                ),
                (
                    "review_days",
                    models.PositiveSmallIntegerField(
                        default=180,
                        help_text="Then its owner is asked whether it is still right.",
                        verbose_name="days between two checks",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=100, verbose_name="position")),
            ],
            options={
                "verbose_name": "category",
                "verbose_name_plural": "categories",
                "ordering": ("position", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("visitor", models.CharField(blank=True, max_length=64)),
                ("is_helpful", models.BooleanField(verbose_name="helpful")),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "feedback",
                "verbose_name_plural": "feedback",
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("check_due", "Is this article still right?"),
                            ("submitted", "An article waits for your review"),
                            ("sent_back", "Your article came back from review"),
                            ("proposed", "A change to an article waits for your review"),
                            ("published", "Your article is published"),
                        ],
                        max_length=10,
                    ),
                ),
                ("occasion", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
            },
        ),
        migrations.CreateModel(
            name="Picture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("content_type", models.CharField(max_length=30)),
                ("sha256", models.CharField(max_length=64)),
                ("data", models.BinaryField()),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "picture",
                "verbose_name_plural": "pictures",
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField(verbose_name="content")),
                (
                    "language",
                    models.CharField(
                        choices=[("de", "Deutsch"), ("en", "English")], max_length=2, verbose_name="language"
                    ),
                ),
                (
                    "base_version",
                    models.PositiveIntegerField(
                        help_text="The version it was made from; 0 where there was no text yet."
                    ),
                ),
                ("is_small", models.BooleanField(default=False)),
                ("source_version", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Waits for review"), ("accepted", "Accepted"), ("sent_back", "Sent back")],
                        default="open",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("comment", models.TextField(blank=True, default="", verbose_name="comment")),
            ],
            options={
                "verbose_name": "proposed change",
                "verbose_name_plural": "proposed changes",
            },
        ),
        migrations.CreateModel(
            name="Right",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("requester", "Requester"),
                            ("agent", "Agent"),
                            ("lead", "Lead"),
                            ("admin", "Administrator"),
                        ],
                        max_length=10,
                        null=True,
                        unique=True,
                        verbose_name="role",
                    ),
                ),
                ("may_write", models.BooleanField(default=False, verbose_name="writes")),
                ("may_review", models.BooleanField(default=False, verbose_name="reviews")),
                ("may_publish", models.BooleanField(default=False, verbose_name="publishes")),
            ],
            options={
                "verbose_name": "right",
                "verbose_name_plural": "rights",
            },
        ),
        migrations.AlterModelOptions(
            name="articletext",
            options={"ordering": ("language",), "verbose_name": "text", "verbose_name_plural": "texts"},
        ),
        migrations.RemoveConstraint(
            model_name="article",
            name="knowledge_article_internal_is_for_agents",
        ),
        migrations.AddField(
            model_name="article",
            name="check_on",
            field=models.DateField(blank=True, null=True, verbose_name="to be checked on"),
        ),
        migrations.AddField(
            model_name="article",
            name="checked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="last checked"),
        ),
        migrations.AddField(
            model_name="article",
            name="chosen_audience",
            field=models.CharField(
                blank=True,
                choices=[
                    ("public", "Everybody"),
                    ("customers", "Logged-in customers"),
                    ("agents", "Agents only"),
                    ("second_level", "Second level only"),
                ],
                default="",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="publish_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="to be published at"),
        ),
        migrations.AddField(
            model_name="article",
            name="submitted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="articletext",
            name="content_version",
            field=models.PositiveIntegerField(
                default=1, help_text="The version in which its words last changed their meaning."
            ),
        ),
        migrations.AddField(
            model_name="articletext",
            name="source_version",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="The version of the original this says the same as; empty for the original.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="comment",
            field=models.TextField(blank=True, default="", verbose_name="comment"),
        ),
        migrations.AlterField(
            model_name="article",
            name="audience",
            field=models.CharField(
                choices=[
                    ("public", "Everybody"),
                    ("customers", "Logged-in customers"),
                    ("agents", "Agents only"),
                    ("second_level", "Second level only"),
                ],
                default="public",
                help_text="Who may read it: the narrower of what was chosen and what its category allows.",
                max_length=12,
                verbose_name="audience",
            ),
        ),
        migrations.AlterField(
            model_name="article",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("review", "In review"),
                    ("scheduled", "Scheduled"),
                    ("published", "Published"),
                    ("archived", "Archived"),
                ],
                default="draft",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="revision",
            name="change",
            field=models.CharField(
                choices=[
                    ("written", "Written"),
                    ("revised", "Revised"),
                    ("restored", "Earlier version restored"),
                    ("published", "Published"),
                    ("archived", "Archived"),
                    ("submitted", "Given to review"),
                    ("sent_back", "Sent back"),
                    ("scheduled", "Scheduled"),
                    ("withdrawn", "Taken back to the drafts"),
                    ("checked", "Found still right"),
                ],
                max_length=10,
                verbose_name="change",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="category",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="articles",
                to="knowledgebase.category",
                verbose_name="category",
            ),
        ),
        migrations.RunSQL(TOPICS, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="article",
            name="topic",
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("state", "scheduled")), fields=["publish_at"], name="knowledge_article_due"
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("state", "published")), fields=["check_on"], name="knowledge_article_to_check"
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "internal"), _negated=True),
                    ("audience__in", ["agents", "second_level"]),
                    _connector="OR",
                ),
                name="knowledge_article_internal_is_for_agents",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "scheduled"), _negated=True), ("publish_at__isnull", False), _connector="OR"
                ),
                name="knowledge_article_scheduled_when",
            ),
        ),
        migrations.AddField(
            model_name="feedback",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="feedback", to="knowledgebase.article"
            ),
        ),
        migrations.AddField(
            model_name="feedback",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="knowledgebase.article"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="knowledge_notices",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="picture",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="picture",
            name="article",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pictures",
                to="knowledgebase.article",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="proposals", to="knowledgebase.article"
            ),
        ),
        migrations.AddField(
            model_name="right",
            name="person",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="knowledge_right",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", False)),
                fields=("article", "person"),
                name="knowledge_feedback_once_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", True)),
                fields=("article", "visitor"),
                name="knowledge_feedback_once_a_visitor",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person__isnull", False), models.Q(("visitor", ""), _negated=True), _connector="OR"
                ),
                name="knowledge_feedback_is_of_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("seen_at__isnull", True)), fields=["person"], name="knowledge_notice_unseen"
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["person", "-id"], name="knowledge_notice_newest"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("person", "article", "kind", "occasion"), name="knowledge_notice_once_an_occasion"
            ),
        ),
        migrations.AddIndex(
            model_name="picture",
            index=models.Index(
                condition=models.Q(("article__isnull", True)), fields=["added_at"], name="knowledge_picture_of_none"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("article", "language"),
                name="knowledge_proposal_one_open_a_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="right",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("person__isnull", False), ("role__isnull", True)),
                    models.Q(("person__isnull", True), ("role__isnull", False)),
                    _connector="OR",
                ),
                name="knowledge_right_of_role_or_person",
            ),
        ),
    ]
