"""The tickets app."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Names the app."""

    name = "tickets"
