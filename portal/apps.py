"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Names the app."""

    name = "portal"
