"""What a page that asks needs: the topics, the questions of the chosen one, and what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from knowledgebase.models import Category
from tickets.models import QuestionnaireVersion, Queue, Ticket
from tickets.operations.questioning import keep_answers, with_answers
from tickets.questionnaires.choosing import current_of, topics, version_of
from tickets.questionnaires.forms import QuestionsForm
from tickets.questionnaires.shape import read


@dataclass(frozen=True)
class Asking:
    """The part of a form that a questionnaire fills."""

    topics: list[QuestionnaireVersion]
    version: QuestionnaireVersion | None = None
    form: QuestionsForm | None = None
    is_outdated: bool = False

    @property
    def is_right(self) -> bool:
        """Tell whether every question has its answer, or none was asked."""
        return not self.is_outdated and (self.form is None or self.form.is_valid())

    @property
    def queue(self) -> Queue | None:
        """Give the queue this topic belongs to, if it names one that works."""
        queue = self.version.questionnaire.queue if self.version else None
        return queue if queue is not None and queue.is_active else None

    @property
    def category(self) -> Category | None:
        """Give the category this topic is about, if it names one."""
        return self.version.questionnaire.category if self.version else None

    def text(self, text: str, language: str) -> str:
        """Put the answers below what was written."""
        if self.version is None or self.form is None:
            return text
        return with_answers(text, self.version, self.form.values, language)

    def keep(self, ticket: Ticket, *, now: datetime) -> None:
        """Keep the answers on the ticket."""
        if self.version is not None and self.form is not None:
            keep_answers(ticket, self.version, self.form.values, now=now)


def asking(data: Mapping[str, str] | None, *, now: datetime, is_final: bool = False, may_skip: bool = False) -> Asking:
    """Read what a form sent about its questions; unknown topics, and those replaced long ago, are asked anew."""
    listed = topics()
    number = str(data.get("topic", "")) if data is not None else ""
    if not number:
        return Asking(listed)
    version = version_of(number, now=now)
    is_outdated = version is None
    if is_outdated:
        version = current_of(number)
    if version is None:
        return Asking(listed, is_outdated=True)
    shown = [one for one in listed if one.questionnaire_id != version.questionnaire_id or one.pk == version.pk]
    if version not in shown:
        shown.insert(0, version)
    form = QuestionsForm(read(version.questions), data, is_final=is_final and not is_outdated, may_skip=may_skip)
    return Asking(shown, version, form, is_outdated)
