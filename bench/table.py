"""The table: figure, goal, ratio to the floor."""

from bench.background import Work
from bench.measuring import ALONE, TOGETHER, Cost, middle
from bench.pages import Page

PAGES = (
    "| page | CPU ms web + database | goal | × floor | goal | statements | goal | p50/p95 ms, 1 client | 8 clients "
    "| requests/s | HTML, gzip | ok |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)
FIGURES = "| figure | measured | goal | ok |\n|---|---|---|---|"


def of_pages(pages: list[Page], costs: dict[str, Cost]) -> str:
    """Give a row for each page."""
    return "\n".join([PAGES, *(_row(page, costs[page.name]) for page in pages)])


def _row(page: Page, cost: Cost) -> str:
    if cost.wrong or not cost.ratios:
        return f"| {page.name} | could not be measured: {cost.wrong[:150].replace('|', '/')} " + "| " * 10 + "| no |"
    goal, ratio, statements = page.goal, middle(cost.ratios), middle(cost.statements)
    kept = [
        # Milliseconds are judged by the floor where there is a ratio: machines differ.
        goal.ratio is None or ratio <= goal.ratio,
        goal.ratio is not None or goal.cpu is None or cost.cpu_ms <= goal.cpu,
        goal.statements is None or statements <= goal.statements,
        goal.gzip_kb is None or cost.size <= goal.gzip_kb * 1000,
    ]
    size = f"{cost.size / 1000:.1f} kB" if cost.size else "-"
    if goal.gzip_kb:
        size += f" (goal {goal.gzip_kb:g})"
    cells = [
        page.name, f"{middle(cost.web_ms):.1f} + {middle(cost.database_ms):.1f}", _goal(goal.cpu), f"{ratio:.2f}",
        _goal(goal.ratio), f"{statements:.1f}", _goal(goal.statements), _times(cost, ALONE), _times(cost, TOGETHER),
        f"{middle(cost.rate):.0f}", size, _ok(all(kept)) if goal != type(goal)() else "",
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _times(cost: Cost, clients: int) -> str:
    return f"{middle(cost.p50[clients]):.1f}/{middle(cost.p95[clients]):.1f}"


def _goal(value: float | None) -> str:
    return "" if value is None else f"≤ {value:g}"


def of_work(
    mails: Work, escalation: Work, relaying: Work, *, floor_ms: float, memory: float, loading: float | None
) -> str:
    """Give a row for everything that is not a page."""
    rows = [
        ("mails a CPU second, from the file to the ticket", f"{mails.per_cpu_second:.0f} "
         f"({mails.ms:.1f} ms = {mails.ms / floor_ms:.2f} × floor; {mails.done / mails.seconds:.0f}/s)",
         "≥ 95", mails.per_cpu_second >= 95),
        ("a clock that fires and escalates, CPU", f"{escalation.ms:.1f} ms "
         f"({escalation.ms / floor_ms:.2f} × floor; {escalation.done} clocks)", "≤ 1.2 ms", escalation.ms <= 1.2),
        ("an event told to its subscribers, CPU", f"{relaying.ms:.1f} ms ({relaying.done} events)", "", None),
        ("memory of the web processes (PSS)", f"{memory:.0f} MiB", "≤ 210 MiB", memory <= 210),
    ]  # fmt: skip
    if loading is not None:
        rows.append(("loading the tickets", f"{loading:.0f} s", "≤ 120 s for 100,000", loading <= 120))
    told = [f"| {name} | {value} | {goal} | {'' if kept is None else _ok(kept)} |" for name, value, goal, kept in rows]
    return "\n".join([FIGURES, *told])


def _ok(kept: bool) -> str:
    return "yes" if kept else "**no**"
