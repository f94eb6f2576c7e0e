"""What was searched for: written down without a name, read by those who write articles, forgotten after 90 days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, Max, Q
from django.utils.crypto import salted_hmac

from helpdesk.lib.limits import allow
from knowledgebase.models import Searched
from people.models import User

KEPT = timedelta(days=90)
_SAME_TYPING = timedelta(seconds=45)
_MOST_AN_HOUR = 300
_LONGEST = 200
_SHORTEST = 3

# Who goes on typing has not searched twice: the half-typed word gives way to the whole one.
_WRITE_DOWN = """
WITH going_on AS (
    UPDATE knowledgebase_searched SET query = %(query)s, hits = %(hits)s, at = %(at)s, language = %(language)s
    WHERE %(person)s <> '' AND id = (
        SELECT id FROM knowledgebase_searched WHERE person = %(person)s AND person <> '' AND at > %(since)s
        ORDER BY at DESC LIMIT 1
    ) AND place = %(place)s AND (starts_with(%(query)s, query) OR starts_with(query, %(query)s))
    RETURNING id
)
INSERT INTO knowledgebase_searched (query, hits, at, language, person, place)
    SELECT %(query)s, %(hits)s, %(at)s, %(language)s, %(person)s, %(place)s WHERE NOT EXISTS (SELECT FROM going_on)
"""


@dataclass(frozen=True)
class Wanted:
    """Something people searched for, and how often."""

    query: str
    times: int
    people: int
    hits: int
    last: datetime
    places: list[str]
    languages: list[str]

    @property
    def place_names(self) -> list[str]:
        """Say where it was searched for."""
        return [str(Searched.Place(place).label) for place in self.places]


def person_of(user: User | AnonymousUser) -> str:
    """Give the keyed hash of a person; visitors have none."""
    if not isinstance(user, User):
        return ""
    return salted_hmac("knowledgebase.searched", str(user.pk), algorithm="sha256").hexdigest()


def remember(query: str, *, hits: int, user: User | AnonymousUser, language: str, place: str, now: datetime) -> None:
    """Write down that something was searched for; addresses in it are left out, floods are cut off."""
    words = " ".join(word for word in query.casefold().split() if "@" not in word)[:_LONGEST].replace("\0", "")
    person = person_of(user)
    if len(words) < _SHORTEST or not allow(f"searched:{person or place}", _MOST_AN_HOUR, per=timedelta(hours=1)):
        return
    facts: dict[str, str | int | datetime] = {
        "query": words,
        "hits": hits,
        "at": now,
        "language": language[:2],
        "person": person,
        "place": place,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_DOWN, facts | {"since": now - _SAME_TYPING})


def wanted(*, in_vain: bool = True, most: int = 200) -> list[Wanted]:
    """List what was searched for, what most people wanted first; `in_vain`: what found nothing the last time."""
    rows: Any = Searched.objects.filter(hits=0) if in_vain else Searched.objects.all()
    grouped = (
        rows.values("query")
        .annotate(
            times=Count("pk"),
            people=Count("person", distinct=True, filter=~Q(person="")),
            most_hits=Max("hits"),
            last=Max("at"),
            places=ArrayAgg("place", distinct=True),
            languages=ArrayAgg("language", distinct=True),
        )
        .order_by("-people", "-times", "-last", "query")[:most]
    )
    return [
        Wanted(
            row["query"], row["times"], row["people"], row["most_hits"], row["last"], row["places"], row["languages"]
        )
        for row in grouped
    ]


def forget(query: str) -> int:
    """Take a query out of the list: it is answered, or nobody needs an answer."""
    return Searched.objects.filter(query=query).delete()[0]


def forget_old(now: datetime) -> int:
    """Delete what is older than 90 days."""
    return Searched.objects.filter(at__lt=now - KEPT).delete()[0]
