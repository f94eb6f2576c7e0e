"""The channels_intake app."""

from django.apps import AppConfig


class ChannelsIntakeConfig(AppConfig):
    """Names the app."""

    name = "channels_intake"
