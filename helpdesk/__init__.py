"""The project: settings, who answers, who hears, what runs by the clock."""

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
