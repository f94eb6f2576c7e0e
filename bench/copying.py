"""Many tickets with running clocks in a moment: copies of one, made by PostgreSQL itself."""

from datetime import timedelta

from django.db import connection, models

from tickets.models import Clock, Event, Ticket


def copy(ticket: Ticket, number: int, *, apart: timedelta) -> None:
    """
    Copy the newest ticket with its first event and its clocks, each copy later than the one before.

    The moments of its clocks move with it; those of the ticket itself stay.
    """
    opened = ticket.events.order_by("pk").first()
    assert opened is not None
    with connection.cursor() as cursor:
        for model, rows, moved in (
            (Ticket, [ticket.pk], {"id": "id + n", "token": "'copy-' || (id + n)"}),
            (Event, [opened.pk], {"ticket_id": "ticket_id + n", "at": _later("at", apart), "relay_at": "NULL"}),
            (Clock, list(ticket.clocks.values_list("pk", flat=True)), {
                "ticket_id": "ticket_id + n",
                **{name: _later(name, apart) for name in ("started_at", "armed_at", "due_at", "wake_at")},
            }),
        ):  # fmt: skip
            columns = [name for name in _columns(model) if name != "id" or "id" in moved]
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
                f"SELECT {', '.join(moved.get(name, name) for name in columns)} "
                f"FROM {model._meta.db_table}, generate_series(1, %s) AS n WHERE id = ANY(%s) ORDER BY n",
                [number, rows],
            )
        cursor.execute("SELECT setval(pg_get_serial_sequence('tickets_ticket', 'id'), max(id)) FROM tickets_ticket")


def _columns(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields if not field.generated]


def _later(column: str, apart: timedelta) -> str:
    return f"{column} + n * interval '{apart.total_seconds():.6f} seconds'"
