"""What each question brings: how often it is answered, asked again all the same, and changes anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from tickets.models import Answer, Questionnaire
from tickets.questionnaires.shape import Question, read

PERIOD = timedelta(days=90)
ENOUGH = 20  # answers, before a question is called useless


@dataclass(frozen=True, slots=True)
class Figure:
    """The numbers of one question."""

    question: Question
    asked: int = 0
    answered: int = 0
    still_asked: int = 0
    changed_route: int = 0
    changed_solution: int = 0
    mattered: int = 0

    @property
    def is_useless(self) -> bool:
        """Tell whether it was answered often and never changed anything nor spared a question."""
        return self.answered >= ENOUGH and not self.mattered and not self.question.fact

    def share(self, count: int) -> int:
        """Give a count in percent of the times it was asked."""
        return round(100 * count / self.asked) if self.asked else 0

    @property
    def answered_share(self) -> int:
        """Give how often it was answered, in percent."""
        return self.share(self.answered)

    @property
    def still_asked_share(self) -> int:
        """Give how often an agent had to ask all the same, in percent."""
        return self.share(self.still_asked)


def figures(questionnaire: Questionnaire, *, now: datetime) -> list[Figure]:
    """Give the numbers of the questions that are asked now, over the last 90 days and all versions."""
    current = questionnaire.versions.filter(replaced_at=None).first()
    if current is None:
        return []
    counted = (
        Answer.objects.filter(interview__version__questionnaire=questionnaire, interview__at__gte=now - PERIOD)
        .values("question")
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=Q(value__isnull=False)),
            again=Count("pk", filter=~Q(still_asked="")),
            routes=Count("pk", filter=Q(changed_route=True)),
            solutions=Count("pk", filter=Q(changed_solution=True)),
            mattered=Count("pk", filter=Q(changed_route=True) | Q(changed_solution=True)),
        )
        .order_by()
    )
    by_key = {row["question"]: row for row in counted}
    return [_figure(question, by_key.get(question.key, {})) for question in read(current.questions)]


def _figure(question: Question, row: Mapping[str, Any]) -> Figure:
    return Figure(
        question,
        asked=row.get("asked", 0),
        answered=row.get("answered", 0),
        still_asked=row.get("again", 0),
        changed_route=row.get("routes", 0),
        changed_solution=row.get("solutions", 0),
        mattered=row.get("mattered", 0),
    )
