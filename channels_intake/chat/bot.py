"""The chat asks before a person takes over: one question after another, with a person always one press away."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from channels_intake.chat import talking
from channels_intake.models import Chat
from tickets.models import Answer, Interview, QuestionnaireVersion, Ticket
from tickets.operations.classifying import BY_TOPIC, classify
from tickets.operations.questioning import answer_one
from tickets.questionnaires.asking import clean, next_question
from tickets.questionnaires.choosing import topics, version_of
from tickets.questionnaires.shape import Question, Value, read


@dataclass(frozen=True)
class Step:
    """What the chat asks now: a topic, or the next question; with what was answered before."""

    topics: list[QuestionnaireVersion] = field(default_factory=list)
    question: Question | None = None
    answered: list[Answer] = field(default_factory=list)


def begin(chat: Chat, *, now: datetime) -> None:
    """Have a new chat ask, if there is anything to ask."""
    if topics():
        state = Interview.State.ASKING
        Interview.objects.get_or_create(ticket_id=chat.ticket_id, defaults={"state": state, "at": now})


def step(chat: Chat) -> Step | None:
    """Give what is to be asked; nothing once a person has taken over, or all is said."""
    if not chat.is_running or chat.ticket.last_agent_at is not None:
        return None
    rows = Interview.objects.filter(ticket=chat.ticket_id, state=Interview.State.ASKING)
    interview = rows.select_related("version").prefetch_related("answers").first()
    if interview is None:
        return None
    if interview.version is None:
        return Step(topics=topics())
    answers = list(interview.answers.all())
    return Step(question=_next(interview.version, answers), answered=answers)


@transaction.atomic
def choose(chat: Chat, number: str, *, now: datetime) -> None:
    """Ask about this topic; none of them leaves it to a person."""
    interview = _locked(chat)
    if interview is None or interview.version is not None:
        return
    version = version_of(number, now=now)
    if version is None:
        _finish(chat, interview, Interview.State.STOPPED, now=now)
        return
    interview.version = version
    interview.save(update_fields=["version"])
    ticket, category = interview.ticket, version.questionnaire.category
    if category is not None and ticket.category_id is None and ticket.is_open:
        classify(ticket, category=category, by=None, now=now, reason=BY_TOPIC)
    if next_question(read(version.questions), {}) is None:
        _finish(chat, interview, Interview.State.DONE, now=now)


@transaction.atomic
def answer(chat: Chat, key: str, raw: Sequence[str], *, now: datetime) -> None:
    """
    Take the answer to the question that is asked now; to any other it changes nothing, and nothing passes it over.

    :raises Wrong: if it is no answer to it.
    """
    interview = _locked(chat)
    if interview is None or interview.version is None:
        return
    question = _next(interview.version, list(interview.answers.all()))
    if question is None or question.key != key:
        return
    answer_one(interview, question, clean(question, raw))
    if _next(interview.version, list(interview.answers.all())) is None:
        _finish(chat, interview, Interview.State.DONE, now=now)


@transaction.atomic
def stop(chat: Chat, *, now: datetime) -> None:
    """Leave it to a person; what was answered so far is kept."""
    interview = _locked(chat)
    if interview is not None:
        _finish(chat, interview, Interview.State.STOPPED, now=now)


def _locked(chat: Chat) -> Interview | None:
    Ticket.objects.locked(chat.ticket_id)
    rows = Interview.objects.select_for_update(of=("self",))
    return rows.filter(ticket=chat.ticket_id, state=Interview.State.ASKING).first()


def _next(version: QuestionnaireVersion, answers: Sequence[Answer]) -> Question | None:
    given: dict[str, Value] = {one.question: one.value for one in answers}
    return next_question(read(version.questions), given)


def _finish(chat: Chat, interview: Interview, state: Interview.State, *, now: datetime) -> None:
    """Say the answers in the chat, so that whoever comes reads them there."""
    interview.state = state
    interview.save(update_fields=["state"])
    language = chat.ticket.language
    said = [
        f"{one.label_en} {one.text_en}" if language == "en" else f"{one.label_de} {one.text_de}"
        for one in interview.answers.all()
        if one.value is not None
    ]
    if said:
        number = uuid.uuid5(uuid.NAMESPACE_OID, f"interview {interview.pk}")
        talking.write(chat, text="\n".join(said), client_id=number, now=now)
