"""What `make bench-mail` runs inside the product: mails stored and accepted one by one."""

import json
import os
import sys
import time
from statistics import quantiles
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402

from bench.mails import mails  # noqa: E402
from channels_intake.email import arriving  # noqa: E402


def one_by_one(number: int) -> dict[str, Any]:
    """Take that many mails in; the first ones fill caches."""
    spent, cpu = [], 0.0
    for index, raw in enumerate(mails(number + 5, seed=os.getpid())):
        began, used = time.perf_counter(), time.process_time()
        stored = arriving.store(raw, now=timezone.now(), recipients=["support@helpdesk.example"])
        arriving.process(stored.arrival.pk, now=timezone.now())
        if index >= 5:
            spent.append((time.perf_counter() - began) * 1000)
            cpu += time.process_time() - used
    cuts = quantiles(spent, n=20) if len(spent) > 1 else [0.0] * 19
    return {"p50": cuts[9], "p95": cuts[18], "cpu_ms": cpu * 1000 / max(1, number)}


def accept() -> None:
    """Accept what is stored, as the workers do, until stopped."""
    while True:
        if not arriving.process_stored(timezone.now(), limit=100):
            time.sleep(0.02)


def profile(number: int) -> None:
    """Say where the time goes."""
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    profiler.runcall(one_by_one, number)
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(90)


if __name__ == "__main__":
    if sys.argv[1] == "accept":
        accept()
    elif sys.argv[1] == "profile":
        profile(int(sys.argv[2]))
    else:
        print(json.dumps(one_by_one(int(sys.argv[1]))))
