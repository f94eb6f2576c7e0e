"""`make eval DATA=folder`: how good triage is, on suites of real requests that are not part of this repository."""

import gzip
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import triage_bursts as bursts
from helpdesk.local import throwaway
from helpdesk.local.refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent
SUITES = ("itsd", "bank", "gnome", "mt")
NO_DATA = """make eval measures triage on suites of requests that you have; this repository ships none. Say where they are:

    make eval DATA=folder

with folder/score.py and a folder for each suite (itsd, bank, gnome, mt; those that are missing are left out) that holds
articles.jsonl, history.jsonl, dev_requests.jsonl and dev_manifest.jsonl, each also as .gz. The formats are in bench/README.md."""
FIGURES = (
    "n", "hit1", "hit3", "hit5", "mrr10", "cov90", "auto_cov", "auto_prec", "none_auc", "ece", "queue_acc", "queue_f1",
    "queue_hit3", "prio_f1", "lang_acc", "lang_de_recall", "bursts", "at", "alarms_week",
)  # fmt: skip
_USUAL = 35 * 24 * 3600.0  # seconds: what the product compares with, and a week
_LINE = re.compile(r"^(\w+)\s+([\d.]+|nan)(?:\s+([\d.]+-[\d.]+))?\s*$", re.M)


@dataclass(frozen=True, slots=True)
class Condition:
    """One way to run a suite, and the views of its answers to score."""

    suite: str
    name: str
    views: tuple[tuple[str, ...], ...]
    is_title_only: bool = False
    has_history: bool = True
    language: str | None = None
    has_bursts: bool = False


ALL, STREAM = (), ("--subset", "stream")
GERMAN, ENGLISH = ("--language", "de"), ("--language", "en")
CONDITIONS = (
    Condition("itsd", "whole articles", (ALL, GERMAN, ENGLISH, STREAM), has_bursts=True),
    Condition("itsd", "titles only", (ALL, GERMAN, ENGLISH), is_title_only=True),
    Condition("itsd", "whole articles, no history", (ALL, GERMAN, ENGLISH), has_history=False),
    Condition("itsd", "titles only, no history", (ALL, GERMAN, ENGLISH), is_title_only=True, has_history=False),
    Condition("bank", "all history", (ALL,)),
    Condition("bank", "no history", (ALL,), has_history=False),
    Condition("gnome", "all articles", (ALL, GERMAN, ENGLISH)),
    Condition("gnome", "English articles only", (GERMAN,), language="en"),
    Condition("mt", "labels", (ALL, GERMAN, ENGLISH)),
)


def main() -> None:
    """
    Run what there is and print one table.

    :raises Refusal: if there is no data.
    """
    data = Path(os.environ.get("DATA", ""))
    if not os.environ.get("DATA") or not (data / "score.py").is_file():
        raise Refusal(NO_DATA)
    chosen = [one for one in CONDITIONS if (data / one.suite).is_dir()]
    if not chosen:
        raise Refusal(NO_DATA)
    throwaway.start()
    rows: list[tuple[str, dict[str, tuple[str, str]]]] = []
    reliability: list[str] = []
    with tempfile.TemporaryDirectory(prefix="triage-eval-") as folder:
        for condition in chosen:
            print(f"{condition.suite}: {condition.name} …", file=sys.stderr, flush=True)
            measured = Measured(data, condition, Path(folder))
            rows += measured.rows()
            if condition.views[0] == ALL and condition.has_history and condition.suite == "itsd":
                reliability.append(measured.reliability())
    print(table(rows))
    print("\n".join(reliability))


class Measured:
    """The answers of one condition, and how they are scored."""

    def __init__(self, data: Path, condition: Condition, folder: Path) -> None:
        self.condition, self.scorer = condition, data / "score.py"
        source = data / condition.suite
        self.manifest, self.answers = folder / "manifest.jsonl", folder / "answers.jsonl"
        self.history: list[dict[str, Any]] = []
        write(self.manifest, read(source, "dev_manifest"))
        write(folder / "articles.jsonl", self._articles(read(source, "articles")))
        write(folder / "history.jsonl", read(source, "history") if condition.has_history else iter(()))
        requests = read(source, "dev_requests")
        if condition.has_bursts:
            self.history = _last(list(read(source, "history")))
            asked = ({name: row.get(name) or "" for name in ("id", "subject", "body")} for row in self.history)
            requests = itertools.chain(asked, requests)
        write(folder / "requests.jsonl", requests)
        files = [f"--{name}={folder / name}.jsonl" for name in ("articles", "history", "requests")]
        run("manage.py", "triage_eval", *files, f"--out={self.answers}")

    def _articles(self, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for row in rows:
            if self.condition.language in (None, row["language"]):
                yield {**row, "body": ""} if self.condition.is_title_only else row

    def rows(self) -> list[tuple[str, dict[str, tuple[str, str]]]]:
        """Score each view: its name, and by metric the value with its interval."""
        found = []
        for view in self.condition.views:
            done = run(str(self.scorer), f"--manifest={self.manifest}", f"--predictions={self.answers}", *view)
            name = f"{self.condition.suite}, {self.condition.name}{''.join(f', {word}' for word in view[1:])}"
            found.append((name, {metric: (value, interval) for metric, value, interval in _LINE.findall(done)}))
        answers = {row["id"]: row for row in read_file(self.answers)} if self.history else {}
        if (measured := bursts.measure(answers, self.history, list(read_file(self.manifest)))) is not None:
            found.append((f"{self.condition.suite}, bursts of {bursts.PEOPLE} within an hour", measured.figures()))
        return found

    def reliability(self) -> str:
        """Compare what the first answer's confidence says with how often it was right, in ten steps."""
        answers = {row["id"]: row for row in read_file(self.answers)}
        steps: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
        for row in read_file(self.manifest):
            if row.get("article_known") and row.get("novel", True) and (best := answers[row["id"]]["solutions"][:1]):
                (name, sure) = best[0]
                right = re.sub("-(de|en)$", "", name) in {re.sub("-(de|en)$", "", one) for one in row["articles"]}
                steps[min(9, int(sure * 10))].append((sure, right))
        lines = [
            f"\nConfidence and truth, {self.condition.suite}, {self.condition.name}",
            "| said | requests | mean | right |",
        ]
        lines.append("| --- | --- | --- | --- |")
        for at, step in enumerate(steps):
            if step:
                mean, right = (sum(one[part] for one in step) / len(step) for part in (0, 1))
                lines.append(f"| {at / 10:.1f} to {at / 10 + 0.1:.1f} | {len(step)} | {mean:.3f} | {right:.3f} |")
        return "\n".join(lines)


def _last(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the weeks that tell what is usual."""
    newest = max((row["ts"] for row in history if row.get("ts") is not None), default=0.0)
    return [row for row in history if row.get("ts") is not None and newest - row["ts"] <= _USUAL]


def table(rows: list[tuple[str, dict[str, tuple[str, str]]]]) -> str:
    """Give one row a view, with the figures that any of them has; below each its 95 % interval."""
    used = [name for name in FIGURES if any(name in figures for _, figures in rows)]
    lines = [f"| suite | {' | '.join(used)} |", "| --- " * (len(used) + 1) + "|"]
    for name, figures in rows:
        cells = [" ".join(part for part in figures.get(metric, ("",)) if part) for metric in used]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def read(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """
    Read a file of a suite, packed or not.

    :raises Refusal: if it isn't there.
    """
    for path in (folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz"):
        if path.is_file():
            return read_file(path)
    raise Refusal(f"{folder} has no {name}.jsonl.")


def read_file(path: Path) -> Iterator[dict[str, Any]]:
    """Read JSON lines."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def write(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def run(*arguments: str) -> str:
    """
    Run Python with these arguments and return its output.

    :raises Refusal: if it fails.
    """
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise Refusal(f"{Path(arguments[0]).name} failed:\n{done.stdout[-500:]}{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    try:
        main()
    except Refusal as refusal:
        sys.exit(str(refusal))
