"""Raw mails on their way into the database and out again; large ones in pieces, since a driver copies what it sends."""

from typing import Any

from django.db import connection
from django.db.models import BinaryField, Case, F, QuerySet, When

from channels_intake.models import Arrival

PIECE = 2 * 1024 * 1024


def keep(arrival: Arrival, raw: bytes) -> None:
    """Put the bytes of a large mail into the row that was just stored without them, in the same transaction."""
    if len(raw) <= PIECE:
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE pieces_of_raw (number int, piece bytea)")
        for start in range(0, len(raw), PIECE):
            cursor.execute("INSERT INTO pieces_of_raw VALUES (%s, %s)", [start, raw[start : start + PIECE]])
        cursor.execute(
            "UPDATE channels_intake_arrival SET raw = (SELECT string_agg(piece, ''::bytea ORDER BY number) FROM "
            "pieces_of_raw) WHERE id = %s",
            [arrival.pk],
        )
        cursor.execute("DROP TABLE pieces_of_raw")


def small_ones(arrivals: QuerySet[Arrival]) -> QuerySet[Arrival, Any]:
    """Read small mails along with their rows."""
    small = Case(When(size__lte=PIECE, then=F("raw")), output_field=BinaryField())
    return arrivals.defer("raw").annotate(small=small)


def read(arrival: Arrival) -> bytes:
    """Give the bytes of a mail that was read by `small_ones`."""
    small = getattr(arrival, "small", None)
    if small is not None:
        return bytes(small)
    pieces = bytearray()
    with connection.cursor() as cursor:
        for start in range(0, arrival.size, PIECE):
            cursor.execute(
                "SELECT substring(raw FROM %s FOR %s) FROM channels_intake_arrival WHERE id = %s",
                [start + 1, PIECE, arrival.pk],
            )
            pieces += cursor.fetchone()[0]
    return bytes(pieces)
