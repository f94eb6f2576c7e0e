"""One step of `make bench-triage`, in a process of its own: load, learn, or answer; prints what it cost as JSON."""

import json
import os
import resource
import sys
from time import perf_counter, process_time

import django

from bench.triage_data import World

ARTICLES, REQUESTS, WARMING = 2_000, 400, 20


def main() -> None:
    """Do the step that the first argument names, with as many solved tickets as the second says."""
    django.setup()
    step, tickets = sys.argv[1], int(sys.argv[2])
    start = perf_counter()
    found = {"load": _load, "learn": _learn, "answer": _answer}[step](tickets)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": perf_counter() - start, "cpu": process_time(), "most_mib": most, **found}))


def _load(tickets: int) -> dict[str, float]:
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from tickets.triage.evaluating.loading import load

    call_command("migrate", verbosity=0, skip_checks=True)
    world = World(ARTICLES)
    load(world.articles(), list(world.solved(tickets)), now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {}


def _learn(tickets: int) -> dict[str, float]:
    from django.utils import timezone

    from tickets.triage import training

    model = training.train(now=timezone.now())
    assert model is not None
    return {
        "size_mib": model.size / 2**20,
        **{name: value for name, value in model.figures.items() if name != "seconds"},
    }


def _answer(tickets: int) -> dict[str, float]:
    from bench import proc
    from tickets.triage.assessing import assess

    start, times, works = perf_counter(), [], []
    requests = World(ARTICLES, seed=2).requests(REQUESTS)
    assess("printer", "start")
    loading = perf_counter() - start
    for number, request in enumerate(requests):
        start, working = perf_counter(), process_time()
        assess(request.subject, request.body)
        if number >= WARMING:
            times.append(1000 * (perf_counter() - start))
            works.append(1000 * (process_time() - working))
    times.sort()
    works.sort()
    return {
        "loading": loading,
        "p50": times[len(times) // 2],
        "cpu_p95": works[int(0.95 * len(works))],
        "p95": times[int(0.95 * len(times))],
        "memory_mib": proc.pss(os.getpid()),
    }


if __name__ == "__main__":
    main()
