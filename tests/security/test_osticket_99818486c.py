"""A formula in a name was run by the spreadsheet that opened the export: no cell of ours begins like one."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from knowledgebase.exchange import read, run
from knowledgebase.models import ArticleText
from people.models import User
from tests.factories import NOW, make_agent, make_article

pytestmark = pytest.mark.django_db

FORMULAS = [
    '=cmd|\' /C calc\'!A0', "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1+1", '=HYPERLINK("https://evil.example";"x")', "＝1+1", "'=1",
]  # fmt: skip
RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_the_export_is_run(client: Client, formula: str) -> None:
    make_article(title=formula, symptom=formula, steps=f"{formula}\n{formula}", keywords=formula)
    client.force_login(make_agent())

    answer = client.get(reverse("knowledge:export"), {"format": "csv"})

    cells = [cell for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")) for cell in row]
    assert sum(formula.strip() in cell for cell in cells) >= 3
    assert [cell for cell in cells if cell.startswith(RUN)] == []


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_was_disarmed_is_read_back_as_it_was(client: Client, formula: str) -> None:
    text = make_article(title=f"x{formula.strip()}", symptom=formula.strip(), steps=formula.strip())
    lead = make_agent(role=User.Role.LEAD)
    client.force_login(lead)
    table = client.get(reverse("knowledge:export"), {"format": "csv"}).content

    report = run(read("a.csv", table), by=lead, now=NOW, apply=True)

    assert report.counts == {"new": 0, "changed": 0, "same": 1, "refused": 0}
    assert ArticleText.objects.get(pk=text.pk).symptom == formula.strip()
