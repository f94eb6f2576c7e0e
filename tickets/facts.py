"""What a questionnaire found out about a ticket, and its major incident; read along with the ticket's row."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import get_language

from tickets.models import Answer, Incident


@dataclass(frozen=True, slots=True)
class Fact:
    """A question that was asked and its answer, in the reader's language; empty: it was passed over."""

    question: str
    label: str
    text: str
    kind: str
    still_asked: str


def rows() -> ArraySubquery:
    """Select the answers about a ticket."""
    answers = Answer.objects.filter(interview__ticket=OuterRef("pk")).order_by("position")
    names = ("question", "label_de", "label_en", "text_de", "text_en", "fact", "still_asked")
    return ArraySubquery(answers.values(row=JSONObject(**{name: name for name in names})))


def incidents() -> ArraySubquery:
    """Select the major incident that a ticket stands for, or belongs to."""
    own = Incident.objects.filter(ticket=OuterRef("pk")) | Incident.objects.filter(children__ticket=OuterRef("pk"))
    found = own.order_by("-pk").distinct()
    names = {"pk": "pk", "ticket": "ticket_id", "de": "title_de", "en": "title_en", "ended_at": "ended_at"}
    return ArraySubquery(found.values(row=JSONObject(**names)))


def read(ticket: Any) -> list[Fact]:
    """Give the facts of a ticket that was fetched with its `fact_rows`."""
    language = "en" if get_language() == "en" else "de"
    return [
        Fact(row["question"], row[f"label_{language}"], row[f"text_{language}"], row["fact"], row["still_asked"])
        for row in ticket.fact_rows
    ]
