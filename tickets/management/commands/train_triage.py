"""`manage.py train_triage`: learn from the solved tickets now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets.triage.training import train


class Command(BaseCommand):
    """Learn a new version of the triage model in this process."""

    help = "Learn from the solved tickets now, instead of tonight."

    def handle(self, *args: Any, **options: Any) -> None:
        model = train(now=timezone.now())
        if model is None:
            raise CommandError("Another training is running; wait until it is done.")
        figures = ", ".join(f"{name} {value:g}" for name, value in model.figures.items())
        self.stdout.write(f"Version {model.version}, {model.get_state_display()}: {figures}.")
