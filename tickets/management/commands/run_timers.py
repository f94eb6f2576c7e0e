"""`manage.py run_timers`: fire what is due without Celery, and check the deadlines."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets import relay, timers
from tickets.reconciling import differences


class Command(BaseCommand):
    """Sweep by hand."""

    help = "Fire clocks and reminders and relay events, as the workers do; any number may run at the same time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="sweep once instead of every two seconds")
        parser.add_argument("--check", action="store_true", help="only compare stored deadlines with their history")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
            return
        while True:
            now = timezone.now()
            fired, woken, told = timers.fire_due(now), timers.wake_scheduled(now), relay.relay_due(now)
            self.stdout.write(f"{fired} clocks fired, {woken} reminders, {told} events relayed")
            if options["once"]:
                return
            time.sleep(2)

    def _check(self) -> None:
        found = list(differences())
        for difference in found[:100]:
            self.stderr.write(str(difference))
        if found:
            raise CommandError(f"{len(found)} deadlines differ from their history.")
        self.stdout.write("Every deadline is what its history says.")
