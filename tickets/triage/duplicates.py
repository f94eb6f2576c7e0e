"""Has this person asked the same before, and is that still open? By the words both have in common."""

from datetime import timedelta
from math import sqrt

from django.db.models import OuterRef, Subquery

from tickets.models import Message, Ticket
from tickets.triage.lessons import words_of

LATELY = timedelta(days=14)
LEAST, FEWEST_WORDS = 0.5, 3
_MOST = 20


def find_duplicate(ticket: Ticket, text: str) -> Ticket | None:
    """Give the person's open ticket that is most like this one, if any is much like it."""
    first = Message.objects.filter(ticket=OuterRef("pk")).order_by("pk").values("text")[:1]
    others = (
        Ticket.objects.open()
        .filter(requester=ticket.requester_id, pk__lt=ticket.pk, created_at__gte=ticket.created_at - LATELY)
        .annotate(said=Subquery(first))
        .order_by("-pk")
        .values_list("pk", "subject", "said")[:_MOST]
    )
    asked = _words(ticket.subject, text)
    alike = [(_likeness(asked, _words(subject, said or "")), pk) for pk, subject, said in others]
    likeness, pk = max(alike, default=(0.0, 0))
    return Ticket.objects.get(pk=pk) if likeness >= LEAST else None


def _words(subject: str, text: str) -> set[str]:
    return {word for word in words_of(subject, text)[2] if len(word) > 3}


def _likeness(one: set[str], other: set[str]) -> float:
    """Compare two sets of words by their cosine; a few common words prove nothing."""
    common = len(one & other)
    return common / sqrt(len(one) * len(other)) if common >= FEWEST_WORDS else 0.0
