"""Sending what is due."""

from datetime import datetime


def send_due(now: datetime, limit: int = 100) -> int:
    return 0
