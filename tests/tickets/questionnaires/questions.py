"""A questionnaire about VPN, as the tests use it."""

from typing import Any

from knowledgebase.models import Category
from people.models import User
from tests.factories import NOW, make_agent
from tickets.models import Questionnaire, QuestionnaireVersion, Queue
from tickets.operations.questioning import publish

PLACE = {
    "key": "place", "kind": "choice", "de": "Wo sind Sie gerade?", "en": "Where are you right now?", "required": True,
    "options": [{"key": "home", "de": "zu Hause", "en": "at home"}, {"key": "office", "de": "im Büro", "en": "in the office"}],
    "fact": "environment",
}  # fmt: skip
PROVIDER = {
    "key": "provider", "kind": "text", "de": "Welcher Internetanbieter?", "en": "Which internet provider?",
    "only_if": {"question": "place", "any_of": ["home"]},
}  # fmt: skip
ERROR = {
    "key": "error", "kind": "text", "de": "Welche Fehlernummer zeigt der VPN-Client?", "fact": "symptom",
    "en": "Which error number does the VPN client show?", "help_de": "Zum Beispiel 809.", "help_en": "For example 809.",
}  # fmt: skip


def make_questionnaire(
    *questions: dict[str, Any],
    by: User | None = None,
    queue: Queue | None = None,
    name: str = "VPN",
    category: Category | None = None,
) -> QuestionnaireVersion:
    """Publish a questionnaire about VPN."""
    draft = list(questions) or [PLACE, PROVIDER, ERROR]
    made = Questionnaire.objects.create(
        name_de=f"{name} geht nicht", name_en=f"{name} fails", draft=draft, queue=queue, category=category
    )
    return publish(made, by=by or make_agent(), now=NOW)
