"""Make the table that counts what people may do only so often."""

from django.db import migrations

MAKE = """
CREATE TABLE helpdesk_limit (key varchar(200) PRIMARY KEY, since timestamptz NOT NULL, count integer NOT NULL);
"""


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0001_cache_table")]
    operations = [migrations.RunSQL(MAKE, "DROP TABLE helpdesk_limit")]
