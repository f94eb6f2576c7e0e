"""What the example company searched for, and what the first night found missing."""

from datetime import datetime, timedelta

from knowledgebase.models import Searched
from knowledgebase.search.remembering import person_of
from people.models import User
from tickets.gaps.finding import find
from tickets.models import GapNight, Ticket

# Words, how often, in which language, where, and how many articles were found.
_SEARCHES = (
    ("zeiterfassung korrigieren", 7, "de", "portal", 0),
    ("parkplatz beantragen", 4, "de", "portal", 0),
    ("sap transaktion gesperrt", 3, "de", "agent", 0),
    ("visitor wifi voucher", 3, "en", "portal", 0),
    ("plotter papier", 2, "de", "portal", 0),
    ("vpn", 9, "de", "portal", 3),
    ("kennwort zurücksetzen", 8, "de", "portal", 2),
    ("teams mikrofon", 5, "de", "portal", 1),
)


def search_and_find(people: list[User], *, now: datetime) -> int:
    """Let people search, some of them right before they wrote to us, and look for gaps once; give how many there are."""
    rows = []
    for number, (query, times, language, place, hits) in enumerate(_SEARCHES):
        for turn in range(times):
            person = person_of(people[(number + 3 * turn) % len(people)]) if turn % 2 else ""
            at = now - timedelta(days=turn * 3 + number, minutes=17 * turn)
            rows.append(Searched(query=query, language=language, place=place, hits=hits, person=person, at=at))
    for ticket in Ticket.objects.filter(channel=Ticket.Channel.WEB).select_related("requester").order_by("-pk")[:12]:
        rows.append(
            Searched(
                query=" ".join(ticket.subject.casefold().split()[:3])[:200],
                language=ticket.language,
                place=Searched.Place.PORTAL,
                hits=0,
                person=person_of(ticket.requester),
                at=ticket.created_at - timedelta(minutes=6),
            )
        )
    Searched.objects.bulk_create(rows)
    read, found = find(now)
    GapNight.objects.create(night=now.date() - timedelta(days=1), begun_at=now, done_at=now, read=read, found=found)
    return found
