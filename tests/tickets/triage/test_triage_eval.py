"""`manage.py triage_eval`: what it reads, what it answers, and that it leaves nothing behind and touches nothing."""

import gzip
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from knowledgebase.models import Article
from tests.factories import make_queue, make_ticket
from tests.tickets.triage.test_learning import SAYINGS
from tickets.models import Ticket
from tickets.triage import assessing
from tickets.triage.evaluating.scratch import _server

pytestmark = pytest.mark.django_db(transaction=True)

ARTICLES = [
    {"id": "kb-1-en", "title": "Reset a forgotten password", "body": "Open the portal.", "language": "en"},
    {"id": "kb-1-de", "title": "Vergessenes Kennwort zurücksetzen", "body": "Portal öffnen.", "language": "de"},
    {"id": "kb-2", "title": "Clear a paper jam", "body": "Open the tray.", "language": "en"},
    {"id": "kb-3", "title": "VPN error 809", "body": "Set the key back.", "language": "en"},
]
QUEUES = {0: "facility", 1: "accounts", 2: "print", 3: "network"}
PRIORITIES = {0: "low", 1: "medium", 2: "low", 3: "high"}
REQUESTS = [
    {"id": "r1", "subject": "Drucker", "body": "Papierstau im Flur"},
    {"id": "r2", "subject": "", "body": "tunnel breaks off again, please"},
    {"id": "r3", "subject": "hello", "body": ""},
]


def history(rounds: int = 8) -> list[dict[str, Any]]:
    return [
        {
            "id": f"h{number}-{key}-{at}",
            "subject": f"{saying} {number}",
            "body": saying,
            "article_id": f"kb-{key}" if key else None,
            "no_article": not key,
            "queue": QUEUES[key],
            "priority": PRIORITIES[key],
            "ts": 1_000_000 + number,
        }
        for number in range(rounds)
        for key, sayings in SAYINGS.items()
        for at, saying in enumerate(sayings)
    ]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def measure(folder: Path, solved: list[dict[str, Any]], requests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    out = folder / "out.jsonl"
    call_command(
        "triage_eval",
        articles=write(folder / "articles.jsonl", ARTICLES),
        history=write(folder / "history.jsonl", solved),
        requests=write(folder / "requests.jsonl", requests),
        out=out,
        verbosity=0,
    )
    return {answer["id"]: answer for answer in map(json.loads, out.read_text(encoding="utf-8").splitlines())}


@pytest.fixture(autouse=True)
def forget() -> None:
    assessing._keeper.cache_clear()


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {row[0] for row in cursor.fetchall() if row[0].startswith(connection.settings_dict["NAME"])}


def test_requests_are_answered_by_what_the_history_taught_and_the_live_data_stay_as_they_are(tmp_path: Path) -> None:
    ticket, before = make_ticket(make_queue()), databases()

    answers = measure(tmp_path, history(), REQUESTS)

    assert set(answers) == {"r1", "r2", "r3"}
    assert answers["r1"]["solutions"][0][0] == "kb-2"
    assert (answers["r1"]["language"], answers["r1"]["queue"], answers["r1"]["priority"]) == ("de", "print", "low")
    assert answers["r2"]["solutions"][0][0] == "kb-3"
    assert (answers["r2"]["queue"], answers["r2"]["priority"]) == ("network", "high")
    assert answers["r2"]["queues"][0] == "network" and 0 < answers["r2"]["queue_score"] <= 1
    assert [score for _, score in answers["r2"]["solutions"]] == sorted(
        (score for _, score in answers["r2"]["solutions"]), reverse=True
    )
    assert list(Ticket.objects.all()) == [ticket]
    assert (Article.objects.count(), databases()) == (0, before)


def test_without_history_the_articles_answer_and_nothing_is_said_about_queues(tmp_path: Path) -> None:
    answers = measure(tmp_path, [], REQUESTS)

    assert answers["r1"]["solutions"][0][0] == "kb-2"
    assert "queue" not in answers["r1"] and "priority" not in answers["r1"]


def test_a_text_in_the_language_of_the_request_is_named(tmp_path: Path) -> None:
    asked = [
        {"id": "de", "subject": "Kennwort vergessen", "body": ""},
        {"id": "en", "subject": "forgot my password", "body": ""},
    ]

    answers = measure(tmp_path, history(), asked)

    assert [answers[name]["solutions"][0][0] for name in ("de", "en")] == ["kb-1-de", "kb-1-en"]


def test_packed_files_are_read_and_what_a_killed_run_left_is_dropped(tmp_path: Path) -> None:
    left = f"{connection.settings_dict['NAME'][:51]}_triage_eval"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{left}" TEMPLATE template0')
    packed = tmp_path / "requests.jsonl.gz"
    packed.write_bytes(gzip.compress(json.dumps(REQUESTS[0]).encode()))

    articles, out = write(tmp_path / "articles.jsonl", ARTICLES), tmp_path / "out.jsonl"
    call_command("triage_eval", articles=articles, history=None, requests=packed, out=out)

    assert json.loads(out.read_text())["solutions"][0][0] == "kb-2"
    assert left not in databases()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "x", "subject": 1}', '"subject" is not a text'),
        ('{"subject": "no id"}', '"id" is missing'),
        ('{"id": "r1"}', "the id r1 occurs twice"),
        ("[]", "not an object"),
        ("{", "Expecting property name"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(tmp_path: Path, line: str, reason: str) -> None:
    requests, out = write(tmp_path / "requests.jsonl", REQUESTS[:1]), tmp_path / "out.jsonl"
    requests.write_text(requests.read_text() + line + "\n")

    with pytest.raises(CommandError) as refused:
        call_command(
            "triage_eval", articles=write(tmp_path / "a.jsonl", ARTICLES), history=None, requests=requests, out=out
        )

    assert "requests.jsonl, line 2: " in str(refused.value) and reason in str(refused.value)
    assert not out.exists()


@pytest.mark.parametrize(
    ("row", "reason"),
    [({"language": "fr"}, "not one of de, en"), ({"title": " "}, '"title" is empty'), ({"body": None}, "")],
)
def test_articles_are_checked(tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    articles = write(tmp_path / "articles.jsonl", [{**ARTICLES[0], **row}])
    requests, out = write(tmp_path / "requests.jsonl", REQUESTS[:1]), tmp_path / "out.jsonl"

    if not reason:
        call_command("triage_eval", articles=articles, history=None, requests=requests, out=out)
        assert out.exists()
        return
    with pytest.raises(CommandError, match=reason):
        call_command("triage_eval", articles=articles, history=None, requests=requests, out=out)


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    articles, requests = write(tmp_path / "a.jsonl", ARTICLES), write(tmp_path / "r.jsonl", REQUESTS)

    other = _server(f"{connection.settings_dict['NAME']}_triage_eval")
    with closing(other), pytest.raises(CommandError, match="Another triage_eval is under way"):
        call_command("triage_eval", articles=articles, history=None, requests=requests, out=tmp_path / "out.jsonl")
