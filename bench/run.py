"""`make bench`: measure the product on many tickets and print one table."""

import argparse
import json
import os
import sys
from datetime import UTC, datetime

from bench import background, data, proc, table
from bench.measuring import measure
from bench.pages import pages
from bench.services import ROOT, Services
from helpdesk.local import slot
from helpdesk.local.refusal import Refusal, check_space
from helpdesk.local.steps import step


def main() -> None:
    """
    Run the bench.

    :raises Refusal: if something is in the way.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=int(os.environ.get("N") or 100_000))
    parser.add_argument("--only", default="", help="pages to measure, by the beginning of their names, with commas")
    arguments = parser.parse_args()
    folder = ROOT / ".run" / "bench"
    check_space(folder.parent)
    lock = slot.take(folder)
    if lock is None:
        raise Refusal("Another bench is running in this checkout.")
    services = Services(folder)
    try:
        services.start()
        print(_bench(services, arguments.tickets, arguments.only))
    finally:
        services.stop()
        lock.close()


def _bench(services: Services, tickets: int, only: str) -> str:
    loading = data.prepare(services, tickets)
    with step("Static files"):
        services.run("manage.py", "collectstatic", "--no-input", "--verbosity", "0")
    world = json.loads(services.run("-m", "bench.inside", "world"))
    with step("Web processes"):
        web = services.start_web()
    every = pages(world)
    chosen = [page for page in every if page.name == "floor" or page.name.startswith(tuple(only.split(",")))]
    costs = measure(services, web.pid, chosen, world)
    memory = proc.pss(web.pid)
    told = [_head(services, tickets), "", table.of_pages(chosen, costs)]
    if not only:
        with step("Events"):
            relaying = background.inside(services, "relaying")
        with step("Mails"):
            mails = background.mails(services)
        with step("Clocks"):
            escalation = background.inside(services, "escalation")
        floor = costs["floor"].cpu_ms
        told += ["", table.of_work(
            mails, escalation, relaying, floor_ms=floor, memory=memory, loading=loading
        )]  # fmt: skip
    return "\n".join(told)


def _head(services: Services, tickets: int) -> str:
    size = services.sql("SELECT pg_size_pretty(pg_database_size(current_database()))")[0][0]
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    today = datetime.now(UTC).date()
    return f"\n{today}, {tickets:,} tickets ({size}), {os.cpu_count()} cores, {python}, 2 web processes with 2 threads"


if __name__ == "__main__":
    try:
        main()
    except Refusal as refusal:
        sys.exit(str(refusal))
