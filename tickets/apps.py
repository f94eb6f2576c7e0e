"""The tickets app."""

from django.apps import AppConfig
from django.core.checks import register

from tickets.triage.extras import check


class TicketsConfig(AppConfig):
    """Names the app, and says what is amiss with its settings."""

    name = "tickets"

    def ready(self) -> None:
        """Have the settings checked."""
        register(check, "triage")
