"""`make sla-proof N=10000`: many random lives of tickets, each promise against the oracle."""

import os
import sys

import django

from helpdesk.local.pytest_services import FIXED

if __name__ == "__main__":
    # Nothing is contacted: there is no database in it.
    nowhere = {
        "DATABASE_URL": "postgresql://nobody@/nothing?host=/nonexistent",
        "REDIS_URL": "unix:///nonexistent?db=0",
    }
    os.environ.update({**FIXED, **nowhere})
    django.setup()
    from tests.oracle.proving import main

    sys.exit(main())
