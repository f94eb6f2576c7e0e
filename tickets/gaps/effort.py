"""How long somebody worked on a ticket, as far as its moments tell."""

from datetime import datetime

LEAST, MOST, UNKNOWN = 5, 240, 15


def minutes_of(first_response_at: datetime | None, resolved_at: datetime | None) -> int:
    """Give the minutes from the first answer to the solution; what was solved at once took five."""
    if first_response_at is None or resolved_at is None:
        return UNKNOWN
    return max(LEAST, min(MOST, round((resolved_at - first_response_at).total_seconds() / 60)))
