"""Random lives of tickets, each promise against the oracle, shared out to the cores."""

import os
import secrets
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.oracle.cases import Case, cases
from tests.oracle.comparing import of_oracle, of_product

Tally = tuple[int, int, Counter[str], list[str]]


def main() -> int:
    """Prove, print, and return the exit status."""
    wanted = int(os.environ.get("N") or 10_000)
    cores = os.cpu_count() or 1
    first = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    print(f"{wanted} cases on {cores} cores, seed {first}", flush=True)
    began = time.monotonic()
    with ProcessPoolExecutor(cores) as pool:
        shares = list(pool.map(_prove, [-(-wanted // cores)] * cores, range(first, first + cores)))
    seconds = time.monotonic() - began
    number, events = sum(share[0] for share in shares), sum(share[1] for share in shares)
    ends = sum((share[2] for share in shares), Counter[str]())
    different = [words for share in shares for words in share[3]]
    print(f"{number} cases with {events} events and {ends.total()} promises in {seconds:.0f} s")
    print(", ".join(f"{end} {count}" for end, count in ends.most_common()))
    print(f"{len(different)} differences")
    for words in different[:5]:
        print(words)
    return 1 if different or number < wanted else 0


def _prove(wanted: int, number: int) -> Tally:
    seen, events, ends, found = 0, 0, Counter[str](), []

    @seed(number)
    @settings(
        max_examples=wanted, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(cases())
    def look(case: Case) -> None:
        nonlocal seen, events
        seen, events = seen + 1, events + len(case.events)
        ours, theirs = of_product(case), of_oracle(case)
        ends.update(f"{vow[0]} {vow[5]}" for vow in theirs)
        if ours != theirs:
            found.append(f"product {ours}\noracle  {theirs}\n{case}")

    look()
    return seen, events, ends, found
