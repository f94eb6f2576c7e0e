"""Empty tables of this session alone, in front of the real ones: what is made in them is seen by nobody."""

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection

_REAL = {ContentType._meta.db_table, "django_migrations"}
_UNMANAGED = ("helpdesk_cache", "helpdesk_limit")


def shadow_tables() -> None:
    """
    Cover every table by an empty temporary one until the transaction ends; real rows, numbers and locks stay untouched.

    :raises RuntimeError: outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Temporary tables belong to a transaction.")
    models = apps.get_models(include_auto_created=True)
    names = {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy} - _REAL
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        present = {table.name for table in connection.introspection.get_table_list(cursor) if table.type in ("t", "p")}
        for name in sorted((names | {*_UNMANAGED}) & present):
            cursor.execute(
                f"CREATE TEMPORARY TABLE {quote(name)} (LIKE public.{quote(name)} INCLUDING ALL) ON COMMIT DROP"
            )
