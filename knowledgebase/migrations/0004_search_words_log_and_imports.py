"""Give the search its words as rows, remember what was searched for, and know imported articles again."""

import tomllib
from pathlib import Path

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

START = Path(__file__).resolve().parent.parent / "search" / "start_words.toml"
# Words in order, so that two writers never wait for each other in a circle.
COLLECT_TERMS = """
CREATE FUNCTION knowledgebase_collect_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO knowledgebase_term (word)
        SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple', translate(concat_ws(' ',
            NEW.title, NEW.keywords, NEW.symptom, NEW.cause, NEW.environment, NEW.steps, NEW.expected_result
        ), '/\\_-', '    ')))) AS word
        WHERE length(word) BETWEEN 4 AND 40 AND word !~ '[0-9.@:]'
        ORDER BY word
    ON CONFLICT (word) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER knowledgebase_collect_terms AFTER INSERT OR UPDATE ON knowledgebase_articletext
    FOR EACH ROW EXECUTE FUNCTION knowledgebase_collect_terms();
INSERT INTO knowledgebase_term (word)
    SELECT DISTINCT word FROM knowledgebase_articletext, unnest(tsvector_to_array(to_tsvector('simple', translate(
        concat_ws(' ', title, keywords, symptom, cause, environment, steps, expected_result), '/\\_-', '    ')))) AS word
    WHERE length(word) BETWEEN 4 AND 40 AND word !~ '[0-9.@:]';
"""
LEAVE_TERMS = """
DROP TRIGGER knowledgebase_collect_terms ON knowledgebase_articletext;
DROP FUNCTION knowledgebase_collect_terms();
"""


def begin(apps, schema_editor):
    start = tomllib.loads(START.read_text(encoding="utf-8"))
    Synonyms, StopWord = (apps.get_model("knowledgebase", name) for name in ("Synonyms", "StopWord"))
    Synonyms.objects.bulk_create(
        Synonyms(language="" if language == "both" else language, words=[word.strip() for word in row.split(",")])
        for language, rows in start["synonyms"].items() for row in rows
    )
    words = {word for text in start["stop_words"].values() for word in text.split()}
    StopWord.objects.bulk_create(StopWord(word=word) for word in sorted(words))


class Migration(migrations.Migration):
    dependencies = [
        ("knowledgebase", "0003_categories_reviews_and_pictures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StopWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=60, unique=True, verbose_name='word')),
            ],
            options={
                'verbose_name': 'filler word',
                'verbose_name_plural': 'filler words',
                'ordering': ('word',),
            },
        ),
        migrations.CreateModel(
            name='ImportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='file')),
                ('data', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Origin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=200, unique=True)),
                ('article', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='origin', to='knowledgebase.article')),
            ],
        ),
        migrations.CreateModel(
            name='Searched',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('query', models.CharField(max_length=200, verbose_name='words')),
                ('language', models.CharField(max_length=2, verbose_name='language')),
                ('place', models.CharField(choices=[('portal', 'Portal'), ('agent', 'Agents'), ('bot', 'Chat')], max_length=6, verbose_name='where')),
                ('person', models.CharField(blank=True, default='', max_length=64)),
                ('hits', models.PositiveIntegerField(verbose_name='hits')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'search',
                'verbose_name_plural': 'searches',
                'indexes': [models.Index(fields=['at'], name='knowledge_searched_at'), models.Index(fields=['query'], name='knowledge_searched_query'), models.Index(condition=models.Q(('person', ''), _negated=True), fields=['person', '-at'], name='knowledge_searched_person'), models.Index(condition=models.Q(('hits', 0)), fields=['-at'], name='knowledge_searched_in_vain')],
            },
        ),
        migrations.CreateModel(
            name='Synonyms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None, verbose_name='words')),
                ('language', models.CharField(blank=True, choices=[('', 'both'), ('de', 'Deutsch'), ('en', 'English')], db_default='', default='', max_length=2, verbose_name='language of the articles')),
            ],
            options={
                'verbose_name': 'synonyms',
                'verbose_name_plural': 'synonyms',
                'ordering': ('words', 'pk'),
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['words'], name='knowledge_synonyms_words')],
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=40, unique=True)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['word'], name='knowledge_term_alike', opclasses=['gin_trgm_ops'])],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunSQL(COLLECT_TERMS, LEAVE_TERMS),
    ]
