"""The people app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Names the app."""

    name = "people"
