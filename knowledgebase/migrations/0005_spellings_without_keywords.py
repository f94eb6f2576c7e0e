"""Take the keywords out of the words that are offered as spellings: misspelt words stand there on purpose."""

from django.db import migrations

TERMS = """
CREATE OR REPLACE FUNCTION knowledgebase_collect_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO knowledgebase_term (word)
        SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple', translate(concat_ws(' ',
            NEW.title, NEW.symptom, NEW.cause, NEW.environment, NEW.steps, NEW.expected_result
        ), '/\\_-', '    ')))) AS word
        WHERE length(word) BETWEEN 4 AND 40 AND word !~ '[0-9.@:]'
        ORDER BY word
    ON CONFLICT (word) DO NOTHING;
    RETURN NULL;
END $$;
DELETE FROM knowledgebase_term;
INSERT INTO knowledgebase_term (word)
    SELECT DISTINCT word FROM knowledgebase_articletext, unnest(tsvector_to_array(to_tsvector('simple', translate(
        concat_ws(' ', title, symptom, cause, environment, steps, expected_result), '/\\_-', '    ')))) AS word
    WHERE length(word) BETWEEN 4 AND 40 AND word !~ '[0-9.@:]';
"""


class Migration(migrations.Migration):
    dependencies = [("knowledgebase", "0004_search_words_log_and_imports")]

    operations = [migrations.RunSQL(TERMS, migrations.RunSQL.noop)]
