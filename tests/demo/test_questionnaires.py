"""The questionnaires of the example company."""

import pytest

from helpdesk.demo.asking import publish_questionnaires
from tests.factories import NOW, make_agent
from tickets.models import QuestionnaireVersion
from tickets.questionnaires.checking import problems
from tickets.questionnaires.shape import read


@pytest.mark.django_db
def test_they_are_published_translated_and_without_problems() -> None:
    assert publish_questionnaires(by=make_agent(), now=NOW) == 3

    versions = QuestionnaireVersion.objects.all()
    assert [problems(read(version.questions)) for version in versions] == [[], [], []]
    assert all(len(version.questions) >= 4 for version in versions)
