"""`make bench-triage`: what suggestions, learning and the memory of a worker cost, with 200,000 solved tickets; N= for fewer."""

import json
import os
import subprocess
import sys
from pathlib import Path

from helpdesk.local import postgres, throwaway
from helpdesk.local.refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "bench_triage"
TICKETS = 200_000


def main() -> None:
    """
    Load, learn and answer, each in a process of its own, and print a table.

    :raises Refusal: if a step fails.
    """
    tickets = int(os.environ.get("N") or TICKETS)
    throwaway.start()
    server, os.environ["DATABASE_URL"] = (
        os.environ["DATABASE_URL"],
        os.environ["DATABASE_URL"].replace("/helpdesk?", f"/{DATABASE}?"),
    )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    postgres.execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", DATABASE)
    postgres.execute(server, "CREATE DATABASE {} TEMPLATE template0", DATABASE)
    try:
        steps = {step: _run(step, tickets) for step in ("load", "learn", "answer")}
    finally:
        postgres.execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", DATABASE)
    print(_table(tickets, **steps))


def _run(step: str, tickets: int) -> dict[str, float]:
    print(f"{step} …", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "bench.triage_inside", step, str(tickets)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise Refusal(f"{step} failed:\n{done.stdout[-500:]}{done.stderr[-3000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _table(tickets: int, load: dict[str, float], learn: dict[str, float], answer: dict[str, float]) -> str:
    rows = [
        ("suggestions for one request, p95", answer["p95"], "ms", 50.0),
        ("suggestions for one request, half of them within", answer["p50"], "ms", None),
        ("the same, CPU of the worker alone, p95", answer["cpu_p95"], "ms", None),
        ("memory of a worker that has answered", answer["memory_mib"], "MiB", 400.0),
        ("most memory while a worker reads its model", answer["most_mib"], "MiB", None),
        ("reading the model", answer["loading"], "s", None),
        ("learning", learn["seconds"], "s", 300.0),
        ("learning, CPU alone", learn.get("cpu", 0.0), "s", None),
        ("most memory while learning", learn["most_mib"], "MiB", None),
        ("size of the version", learn["size_mib"], "MiB", None),
        ("loading articles and tickets", load["seconds"], "s", None),
    ]
    lines = [f"2,000 articles, {tickets:,} solved tickets", "| figure | measured | goal | ok |", "|---|---|---|---|"]
    for name, value, unit, goal in rows:
        verdict = ("", "") if goal is None else (f"< {goal:g} {unit}", "yes" if value < goal else "**no**")
        lines.append(f"| {name} | {value:.1f} {unit} | {verdict[0]} | {verdict[1]} |")
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        main()
    except Refusal as refusal:
        sys.exit(str(refusal))
