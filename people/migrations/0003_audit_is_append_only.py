"""Refuse to change or delete audit entries."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION people_auditentry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER people_auditentry_append_only BEFORE UPDATE OR DELETE ON people_auditentry
    FOR EACH ROW EXECUTE FUNCTION people_auditentry_append_only();
"""
FREE = """
DROP TRIGGER people_auditentry_append_only ON people_auditentry;
DROP FUNCTION people_auditentry_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_audit_entries")]
    operations = [migrations.RunSQL(PROTECT, FREE)]
