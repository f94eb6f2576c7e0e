"""Measuring pages in rounds: with one client what a request costs, with eight how many come through."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench import proc
from bench.browsing import Client, Wrong, browse
from bench.pages import Page
from bench.services import Services

ROUNDS = 3
ALONE, TOGETHER = 1, 8
MOST, WITHIN = 120, 5.0  # requests and seconds for one page in one round


@dataclass
class Cost:
    """What one page cost in the rounds, by number of clients."""

    web_ms: list[float] = field(default_factory=list)
    database_ms: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    statements: list[float] = field(default_factory=list)
    p50: dict[int, list[float]] = field(default_factory=dict)
    p95: dict[int, list[float]] = field(default_factory=dict)
    rate: list[float] = field(default_factory=list)
    size: int = 0
    wrong: str = ""

    @property
    def cpu_ms(self) -> float:
        """Give the CPU milliseconds of web and database in the middle round."""
        return statistics.median(map(sum, zip(self.web_ms, self.database_ms, strict=True)))


def middle(values: list[float]) -> float:
    """Give the value of the middle round."""
    return statistics.median(values)


def measure(services: Services, web: int, pages: list[Page], world: Mapping[str, Any]) -> dict[str, Cost]:
    """Measure every page in each round, the floor among them, so that all see the same machine."""
    clients = {by: [Client(services.port, session) for session in world[by]] for by in ("agents", "requesters")}
    costs = {page.name: Cost() for page in pages}
    for number in range(1, ROUNDS + 1):
        print(f"  Round {number} of {ROUNDS}", flush=True)
        for page in pages:
            cost = costs[page.name]
            if cost.wrong:
                continue
            try:
                browse(clients[page.by], page.asks, most=16, within=5)  # not counted
                _alone(services, web, page, clients[page.by][:ALONE], cost)
                _together(page, clients[page.by][:TOGETHER], cost)
            except Wrong as wrong:
                cost.wrong = str(wrong)
        floor = costs[pages[0].name]
        for cost in costs.values():
            if not cost.wrong:
                cost.ratios.append(
                    (cost.web_ms[-1] + cost.database_ms[-1]) / (floor.web_ms[-1] + floor.database_ms[-1])
                )
    return costs


def _alone(services: Services, web: int, page: Page, clients: list[Client], cost: Cost) -> None:
    database = services.postgres.process
    assert database is not None
    statements, web_began, database_began = services.statements(), proc.cpu(web), proc.cpu(database.pid)
    sample = browse(clients, page.asks, most=MOST, within=WITHIN)
    web_used, database_used = proc.cpu(web) - web_began, proc.cpu(database.pid) - database_began
    done = len(sample.seconds)
    cost.web_ms.append(web_used * 1000 / done)
    cost.database_ms.append(database_used * 1000 / done)
    cost.statements.append((services.statements() - statements) / done)
    cost.size = round(statistics.mean(sample.sizes))
    _note(cost, ALONE, sample.percentile(0.5), sample.percentile(0.95))


def _together(page: Page, clients: list[Client], cost: Cost) -> None:
    sample = browse(clients, page.asks, most=2 * MOST, within=WITHIN)
    cost.rate.append(len(sample.seconds) / sample.wall)
    _note(cost, TOGETHER, sample.percentile(0.5), sample.percentile(0.95))


def _note(cost: Cost, clients: int, p50: float, p95: float) -> None:
    cost.p50.setdefault(clients, []).append(p50)
    cost.p95.setdefault(clients, []).append(p95)
