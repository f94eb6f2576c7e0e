"""What every operation does last."""

from datetime import datetime

from tickets.models import Ticket


def save(ticket: Ticket, *fields: str, now: datetime) -> None:
    """Save these fields and count the version up, so that open pages know they are old."""
    ticket.version += 1
    ticket.updated_at = now
    ticket.save(update_fields=[*fields, "version", "updated_at"])
