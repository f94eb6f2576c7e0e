"""Priority from impact and urgency."""

from tickets.models import Ticket

_MATRIX = {
    (1, 1): Ticket.Priority.LOW, (1, 2): Ticket.Priority.NORMAL, (1, 3): Ticket.Priority.HIGH,
    (2, 1): Ticket.Priority.NORMAL, (2, 2): Ticket.Priority.NORMAL, (2, 3): Ticket.Priority.HIGH,
    (3, 1): Ticket.Priority.NORMAL, (3, 2): Ticket.Priority.HIGH, (3, 3): Ticket.Priority.CRITICAL,
}  # fmt: skip


def priority_of(impact: int, urgency: int) -> Ticket.Priority:
    """
    Read the priority off the matrix.

    :raises KeyError: if impact or urgency is not 1, 2 or 3.
    """
    return _MATRIX[impact, urgency]
