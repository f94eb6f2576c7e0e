"""Questionnaires change in versions; what was answered is kept on the ticket."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from people.models import User
from tickets.models import Answer, Interview, Questionnaire, QuestionnaireVersion, Ticket
from tickets.questionnaires.asking import asked, in_words, lines
from tickets.questionnaires.checking import problems
from tickets.questionnaires.shape import Question, Value, read


class CannotPublish(Exception):
    """The questions have errors; the message says the first one."""


class NotAsked(Exception):
    """This question was not asked about the ticket."""


@transaction.atomic
def publish(questionnaire: Questionnaire, *, by: User | None, now: datetime) -> QuestionnaireVersion:
    """
    Make the draft what people are asked from now on; the same questions again make no new version.

    :raises CannotPublish: if the draft has errors.
    """
    questionnaire = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    wrong = [problem for problem in problems(read(questionnaire.draft)) if problem.is_error]
    if wrong:
        raise CannotPublish(wrong[0].text)
    last = questionnaire.versions.first()
    if last is not None and last.replaced_at is None and last.questions == questionnaire.draft:
        return last
    questionnaire.versions.filter(replaced_at=None).update(replaced_at=now)
    return QuestionnaireVersion.objects.create(
        questionnaire=questionnaire,
        number=last.number + 1 if last else 1,
        questions=questionnaire.draft,
        published_at=now,
        published_by=by,
    )


@transaction.atomic
def keep_answers(
    ticket: Ticket,
    version: QuestionnaireVersion,
    values: Mapping[str, Value],
    *,
    now: datetime,
    state: Interview.State = Interview.State.DONE,
) -> Interview:
    """Keep what was asked and answered before a ticket was opened; what was not asked is left out."""
    interview, _ = Interview.objects.update_or_create(
        ticket=ticket,
        defaults={"version": version, "state": state},
        create_defaults={"version": version, "state": state, "at": now},
    )
    questions = asked(read(version.questions), values)
    Answer.objects.bulk_create(
        (_row(interview, place, one, values.get(one.key)) for place, one in enumerate(questions, start=1)),
        ignore_conflicts=True,
    )
    return interview


@transaction.atomic
def answer_one(interview: Interview, question: Question, value: Value) -> Answer:
    """Keep the answer to one question; the first one stays."""
    place = interview.answers.count() + 1
    row = _row(interview, place, question, value)
    kept, _ = Answer.objects.get_or_create(
        interview=interview,
        question=question.key,
        defaults={
            "position": row.position, "label_de": row.label_de, "label_en": row.label_en, "value": row.value,
            "text_de": row.text_de, "text_en": row.text_en, "fact": row.fact,
        },
    )  # fmt: skip
    return kept


@transaction.atomic
def mark_still_asked(ticket: Ticket, question: str, *, by: User, now: datetime) -> Answer:
    """
    Note that the agent had to ask again, or take that note back.

    :raises NotAsked: if the question was not asked about this ticket.
    """
    rows = Answer.objects.select_for_update(of=("self",))
    row = rows.filter(interview__ticket=ticket, question=question).first()
    if row is None:
        raise NotAsked(question)
    is_on = not row.still_asked
    row.still_asked = Answer.Found.AGENT if is_on else Answer.Found.NOBODY
    row.still_asked_by, row.still_asked_at = by, now  # a note taken back is not read out of an answer again
    row.save(update_fields=["still_asked", "still_asked_by", "still_asked_at"])
    return row


def with_answers(text: str, version: QuestionnaireVersion, values: Mapping[str, Value], language: str) -> str:
    """Put the answers below what was written, a line each, so that triage and search read them, too."""
    said = lines(read(version.questions), values, language)
    return "\n\n".join(part for part in (text.strip(), "\n".join(said)) if part)


def _row(interview: Interview, place: int, question: Question, value: Value) -> Answer:
    return Answer(
        interview=interview,
        question=question.key,
        position=place,
        label_de=question.label("de")[:300],
        label_en=question.label("en")[:300],
        value=value,
        text_de=in_words(question, value, "de"),
        text_en=in_words(question, value, "en"),
        fact=question.fact,
    )
