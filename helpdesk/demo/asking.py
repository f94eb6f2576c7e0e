"""Publishes the questionnaires of the example company."""

import tomllib
from datetime import datetime
from pathlib import Path

from knowledgebase.models import Category
from people.models import User
from tickets.models import Questionnaire
from tickets.operations.questioning import publish
from tickets.questionnaires.shape import read, stored

_CONTENT = Path(__file__).parent / "questionnaires.toml"


def publish_questionnaires(*, by: User, now: datetime) -> int:
    """Make and publish them; return how many."""
    rows = tomllib.loads(_CONTENT.read_text(encoding="utf-8"))["questionnaires"]
    for place, row in enumerate(rows, start=1):
        questionnaire = Questionnaire.objects.create(
            name_de=row["name_de"],
            name_en=row["name_en"],
            position=10 * place,
            category=Category.objects.filter(key=row["topic"]).first(),
            draft=stored(read(row["questions"])),
        )
        publish(questionnaire, by=by, now=now)
    return len(rows)
