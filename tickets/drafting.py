"""An article out of a solved ticket: what was asked becomes the symptom, what solved it the steps; nobody is named."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from knowledgebase.models import Article, ArticleText
from knowledgebase.operations import Content, Facts, write_article
from people.models import User
from tickets.gaps.effort import minutes_of
from tickets.greetings import bare
from tickets.masking import Person, mask
from tickets.models import Message, Participant, Ticket, WrittenFrom

_REPLY = re.compile(r"^\s*(?:(?:re|aw|wg|fwd?|antw)\s*(?:\[\d+\])?:\s*)+", re.IGNORECASE)
_QUOTED = re.compile(r"^>.*$", re.MULTILINE)
_LONGEST = 12_000


class CannotDraft(Exception):
    """The ticket is not solved, so there is nothing to write down yet."""


@dataclass(frozen=True)
class Proposed:
    """What the article would say, and how often what was masked in it."""

    content: Content
    masked: Counter[str]
    language: str


@transaction.atomic
def draft_from(ticket: Ticket, *, by: User, now: datetime) -> WrittenFrom:
    """
    Begin the article of a solved ticket; asked again, give the one that was begun.

    :raises CannotDraft: if the ticket is not solved.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    if written := WrittenFrom.objects.select_related("article").filter(ticket=ticket).first():
        return written
    if ticket.state not in (Ticket.State.RESOLVED, Ticket.State.CLOSED):
        raise CannotDraft(f"{ticket.number} is not solved.")
    proposed = propose(ticket)
    minutes = minutes_of(ticket.first_response_at, ticket.resolved_at)
    # For agents alone until somebody has checked the masks and opens it for more people.
    facts = Facts(audience=Article.Audience.AGENTS, minutes=minutes)
    article = write_article(language=proposed.language, content=proposed.content, facts=facts, by=by, now=now)
    return WrittenFrom.objects.create(ticket=ticket, article=article, masked=dict(proposed.masked), by=by, at=now)


def propose(ticket: Ticket) -> Proposed:
    """Read the ticket's public words and write them as an article would."""
    language = ticket.language if ticket.language in ArticleText.Language.values else "en"
    messages = list(Message.objects.filter(ticket=ticket).select_related("author").order_by("created_at", "pk"))
    people = _people(ticket, messages)
    masked: Counter[str] = Counter()

    def clean(text: str) -> str:
        done = mask(text, people, language)
        masked.update(done.found)
        return done.text

    asked = next((message.text for message in messages if not message.is_from_staff), "")
    title = clean(_REPLY.sub("", ticket.subject).strip())[:200]
    content = Content(
        title=title or ticket.number,
        symptom=clean(_tidy(asked)),
        steps=clean(_solution(ticket, messages)),
    )
    return Proposed(content, masked, language)


def _solution(ticket: Ticket, messages: list[Message]) -> str:
    """Pick the answer that came last before the ticket was solved; without one, what was written down as its solution."""
    answers = [
        _tidy(message.text)
        for message in messages
        if message.is_from_staff
        and not message.auto_generated
        and message.kind in (Message.Kind.REPLY, Message.Kind.CALL)
        and (ticket.resolved_at is None or message.created_at <= ticket.resolved_at)
    ]
    noted = _tidy(ticket.resolution)
    last = answers[-1] if answers else ""
    if not last or noted in last:
        return last or noted
    return noted if last in noted else f"{last}\n\n{noted}"


def _tidy(text: str) -> str:
    return bare(_QUOTED.sub("", text[:_LONGEST])).strip()


def _people(ticket: Ticket, messages: list[Message]) -> list[Person]:
    beside = [one.user for one in Participant.objects.filter(ticket=ticket).select_related("user")]
    known = [ticket.requester, ticket.assignee, ticket.case_owner, *beside, *(message.author for message in messages)]
    people = {user.pk: user for user in known if user is not None}
    return [Person(user.name, user.email, user.phone) for user in people.values()]
