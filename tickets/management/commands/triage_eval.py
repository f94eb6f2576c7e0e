"""`manage.py triage_eval`: measure triage with files of articles, solved tickets and requests; see `docs/triage.md`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets.triage import extras, training
from tickets.triage.evaluating import rows
from tickets.triage.evaluating.answering import answers
from tickets.triage.evaluating.loading import load
from tickets.triage.evaluating.scratch import CannotMeasure, scratch_database


class Command(BaseCommand):
    """Load, learn and answer in a scratch database."""

    help = "Measure triage in a scratch database: load articles and solved tickets, learn from them, answer requests."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--articles", type=Path, required=True, help="id, title, body, language (JSON lines, also .gz)"
        )
        parser.add_argument("--history", type=Path, help="solved tickets: id, subject, body, article_ids, queue, …")
        parser.add_argument("--requests", type=Path, required=True, help="id, subject, body")
        parser.add_argument("--out", type=Path, required=True, help="where the predictions go")

    def handle(self, *args: Any, **options: Any) -> None:
        if missing := extras.check():
            raise CommandError(f"Nothing was measured: {missing[0].msg}")
        target: Path = options["out"]
        if not target.parent.is_dir():
            raise CommandError(f"There is no folder {target.parent}.")
        try:
            articles = rows.read_articles(options["articles"])
            solved = rows.read_solved(options["history"]) if options["history"] else []
            requests = rows.read_requests(options["requests"])
            with scratch_database():
                lines = self._measure(articles, solved, requests)
        except (rows.BadRow, CannotMeasure) as error:
            raise CommandError(f"Nothing was measured: {error}.".replace("..", ".")) from error
        fresh = target.with_name(f"{target.name}.new")
        fresh.write_text("".join(lines), encoding="utf-8")
        fresh.replace(target)

    def _measure(
        self, articles: list[rows.ArticleRow], solved: list[rows.SolvedRow], requests: list[rows.RequestRow]
    ) -> list[str]:
        start = monotonic()
        loaded = load(articles, solved, now=timezone.now())
        ready = monotonic()
        training.train(now=timezone.now())
        learnt = monotonic()
        lines = [json.dumps(line, ensure_ascii=False) + "\n" for line in answers(requests, loaded)]
        done = monotonic()
        if loaded.unknown:
            self.stderr.write(f"{loaded.unknown} solved tickets name only articles that are not among the articles.")
        self.stdout.write(
            f"{len(articles)} texts and {len(solved)} solved tickets loaded in {ready - start:.1f} s, learnt in "
            f"{learnt - ready:.1f} s, {len(requests)} requests answered in {done - learnt:.1f} s "
            f"({1000 * (done - learnt) / max(1, len(requests)):.1f} ms each)."
        )
        return lines
