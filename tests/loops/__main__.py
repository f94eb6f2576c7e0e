"""`make loops`: for five minutes (SECONDS), machines write to each other; none may get more than three answers."""

import os
import shutil
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from helpdesk.local.home import make_home
from helpdesk.local.postgres import Postgres
from tests.loops.world import NAMES, World

FOLDER = Path(__file__).resolve().parents[2] / ".run" / "loops"


def main() -> int:
    """Run it and return the exit status."""
    seconds = float(os.environ.get("SECONDS") or 300)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    postgres = Postgres(make_home(FOLDER))
    postgres.start()
    try:
        databases = {}
        for name in NAMES:
            postgres.ensure(f"loops_{name}")
            databases[name] = urlunsplit(urlsplit(postgres.url("helpdesk"))._replace(path=f"/loops_{name}"))
        world = World(FOLDER, databases)
        for product in world.products.values():
            product.env.setdefault("REDIS_URL", "unix:///nowhere?db=0")
            product.env["PLAIN_STATIC"] = "1"
            product.manage("migrate", "--verbosity", "0")
        try:
            world.start()
            print(f"The instances are there; {seconds:.0f} s from now we count.", flush=True)
            world.write_first_mails()
            time.sleep(seconds)
        finally:
            world.stop()
    finally:
        postgres.stop()
    print(world.table())
    return 0 if world.is_quiet else 1


if __name__ == "__main__":
    sys.exit(main())
