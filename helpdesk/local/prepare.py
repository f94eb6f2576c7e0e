"""Brings the database up to date, in a process with Django; `helpdesk.local.up` runs it before everything else."""

import io
import os
import sys

import django
from django.core.management import call_command, get_commands
from django.db import connection

from helpdesk.local.steps import step


def main() -> None:
    """Migrate, and load the demo company into an empty database."""
    django.setup()
    with step("Database structure"):
        call_command("migrate", verbosity=0, interactive=False, stdout=io.StringIO())
        _forget_heartbeats()
    if os.environ.get("DEMO") != "0" and _is_empty():
        if "load_demo" in get_commands():
            with step("Demo company"):
                call_command("load_demo", verbosity=0)
        else:
            print("  Demo company           not available in this version")


def _forget_heartbeats() -> None:
    """Make sure that only a process of this start is taken for alive."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tickets_heartbeat")


def _is_empty() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM people_user) AND NOT EXISTS (SELECT FROM tickets_ticket)")
        (empty,) = cursor.fetchone()
    return bool(empty)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    main()
    sys.exit(0)
