"""Make the table of the cache, which holds the login's rate limits."""

from django.db import migrations

MAKE = """
CREATE TABLE helpdesk_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX helpdesk_cache_expires ON helpdesk_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL(MAKE, "DROP TABLE helpdesk_cache")]
