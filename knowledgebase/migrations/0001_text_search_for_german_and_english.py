"""Make the extensions and the two search configurations that the index of the articles stands on."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# The stop words are asked before unaccent: their list spells "für" and "über" with umlauts.
CREATE = """
CREATE TEXT SEARCH DICTIONARY helpdesk_german_stop (TEMPLATE = simple, STOPWORDS = german, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION helpdesk_german (COPY = german);
ALTER TEXT SEARCH CONFIGURATION helpdesk_german
    ALTER MAPPING FOR asciiword, word, asciihword, hword, hword_asciipart, hword_part
    WITH helpdesk_german_stop, unaccent, german_stem;
CREATE TEXT SEARCH CONFIGURATION helpdesk_english (COPY = english);
ALTER TEXT SEARCH CONFIGURATION helpdesk_english
    ALTER MAPPING FOR asciiword, word, asciihword, hword, hword_asciipart, hword_part
    WITH unaccent, english_stem;
"""
DROP = """
DROP TEXT SEARCH CONFIGURATION helpdesk_english;
DROP TEXT SEARCH CONFIGURATION helpdesk_german;
DROP TEXT SEARCH DICTIONARY helpdesk_german_stop;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [UnaccentExtension(), TrigramExtension(), migrations.RunSQL(CREATE, DROP)]
