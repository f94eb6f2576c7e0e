"""The app that knows working time and promises."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    """Calendars and policies."""

    name = "sla"
    verbose_name = _("Service levels")
