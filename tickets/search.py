"""The words of tickets: one row a ticket, searched in German and English at once."""

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from tickets.models import Ticket

CAP = 100_000
_CONFIGS = {"de": "helpdesk_german", "en": "helpdesk_english"}


def index(ticket: Ticket, text: str, *, internal: bool = False) -> None:
    """Add a message's words to the ticket's; the words of notes are kept apart from those a requester may search."""
    config = _CONFIGS.get(ticket.language, "helpdesk_german")
    column = "internal" if internal else "public"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO tickets_searchtext AS words (ticket_id, {column})
            VALUES (%s, setweight(to_tsvector(%s::regconfig, %s), 'A') || to_tsvector(%s::regconfig, %s))
            ON CONFLICT (ticket_id) DO UPDATE
            SET {column} = COALESCE(words.{column}, '') || to_tsvector(%s::regconfig, %s)
            """,  # noqa: S608 the column is one of two literals
            [ticket.pk, config, "" if internal else ticket.subject, config, text[:CAP], config, text[:CAP]],
        )


def matching(tickets: QuerySet[Ticket], query: str, *, notes: bool) -> QuerySet[Ticket]:
    """Keep the tickets that contain every word of the query; `notes`: look into internal notes as well."""
    number = query.strip().lstrip("#")
    if number.isdecimal() and len(number) < 12:
        by_number = tickets.filter(pk=int(number))
        if query.strip().startswith("#") or by_number.exists():
            return by_number
    return tickets.filter(_matches(query, notes=notes))


def _matches(query: str, *, notes: bool) -> Q:
    # One subselect over both columns: two of them, joined by OR, make the planner read every ticket.
    asked = "(websearch_to_tsquery('helpdesk_german', %s) || websearch_to_tsquery('helpdesk_english', %s))"
    columns = ("public", "internal") if notes else ("public",)
    where = " OR ".join(f"{column} @@ {asked}" for column in columns)
    sql = f"SELECT ticket_id FROM tickets_searchtext WHERE {where}"  # noqa: S608 made of literals
    return Q(pk__in=RawSQL(sql, [query[:200]] * 2 * len(columns)))  # noqa: S611 parameters are bound
