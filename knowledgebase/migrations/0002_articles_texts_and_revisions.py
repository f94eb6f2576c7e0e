"""Make the tables of the knowledge base; revisions can only be added."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models
from django.db.models.expressions import Combinable

KEEP_REVISIONS = """
CREATE FUNCTION knowledgebase_revision_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a revision of an article is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER knowledgebase_revision_is_final BEFORE UPDATE OR DELETE ON knowledgebase_revision
    FOR EACH ROW EXECUTE FUNCTION knowledgebase_revision_is_final();
"""
FREE_REVISIONS = """
DROP TRIGGER knowledgebase_revision_is_final ON knowledgebase_revision;
DROP FUNCTION knowledgebase_revision_is_final();
"""


def _apart(field: str) -> models.Func:
    return models.Func(
        models.F(field),
        models.Value("/\\_"),
        models.Value("   "),
        function="translate",
        output_field=models.TextField(),
    )


def _vector(config: str) -> Combinable:
    return (
        SearchVector(_apart("title"), weight="A", config=config)
        + SearchVector(_apart("keywords"), _apart("symptom"), weight="B", config=config)
        + SearchVector(_apart("steps"), _apart("cause"), _apart("environment"), weight="C", config=config)
        + SearchVector(_apart("expected_result"), weight="D", config=config)
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("knowledgebase", "0001_text_search_for_german_and_english"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(blank=True, max_length=80, null=True, unique=True, verbose_name="key")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("standard_solution", "Standard solution"),
                            ("howto", "How-to"),
                            ("faq", "FAQ"),
                            ("known_error", "Known error"),
                            ("internal", "Internal"),
                        ],
                        default="standard_solution",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[("public", "Everybody"), ("agents", "Agents only")],
                        default="public",
                        max_length=10,
                        verbose_name="audience",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("archived", "Archived")],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("topic", models.CharField(blank=True, max_length=60, verbose_name="topic")),
                ("minutes", models.PositiveSmallIntegerField(default=5, verbose_name="minutes")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("updated_at", models.DateTimeField(verbose_name="changed")),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="articles",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "article",
                "verbose_name_plural": "articles",
            },
        ),
        migrations.CreateModel(
            name="ArticleText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "language",
                    models.CharField(
                        choices=[("de", "Deutsch"), ("en", "English")], max_length=2, verbose_name="language"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("symptom", models.TextField(blank=True, verbose_name="symptom")),
                ("environment", models.TextField(blank=True, verbose_name="environment")),
                ("cause", models.TextField(blank=True, verbose_name="cause")),
                ("steps", models.TextField(blank=True, verbose_name="steps")),
                ("expected_result", models.TextField(blank=True, verbose_name="expected result")),
                ("keywords", models.CharField(blank=True, max_length=500, verbose_name="keywords")),
                ("version", models.PositiveIntegerField(default=1)),
                ("updated_at", models.DateTimeField(verbose_name="changed")),
                (
                    "search_vector",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(language="de", then=_vector("helpdesk_german")),
                            default=_vector("helpdesk_english"),
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="texts", to="knowledgebase.article"
                    ),
                ),
            ],
            options={
                "verbose_name": "text",
                "verbose_name_plural": "texts",
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("written", "Written"),
                            ("revised", "Revised"),
                            ("restored", "Earlier version restored"),
                            ("published", "Published"),
                            ("archived", "Archived"),
                        ],
                        max_length=10,
                        verbose_name="change",
                    ),
                ),
                ("content", models.JSONField(verbose_name="content")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="knowledgebase.articletext",
                    ),
                ),
            ],
            options={
                "verbose_name": "revision",
                "verbose_name_plural": "revisions",
            },
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(fields=["state", "-updated_at"], name="knowledge_article_recent"),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "internal"), _negated=True), ("audience", "agents"), _connector="OR"
                ),
                name="knowledge_article_internal_is_for_agents",
            ),
        ),
        migrations.AddIndex(
            model_name="articletext",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search_vector"], name="knowledge_text_words"),
        ),
        migrations.AddIndex(
            model_name="articletext",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["title"], name="knowledge_text_title", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="articletext",
            constraint=models.UniqueConstraint(fields=("article", "language"), name="knowledge_text_once_a_language"),
        ),
        migrations.AddConstraint(
            model_name="articletext",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["de", "en"])), name="knowledge_text_language"
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(fields=("text", "number"), name="knowledge_revision_number_once"),
        ),
        migrations.RunSQL(KEEP_REVISIONS, FREE_REVISIONS),
    ]
