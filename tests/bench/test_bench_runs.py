"""What the bench is measured on: always the same tickets, loaded as the product itself would have them."""

import hashlib
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import Resolver404, resolve

from bench.data import SEED, write
from bench.inside import world
from bench.make_tickets import lines
from bench.pages import pages
from people.models import User
from tests.factories import make_ticket
from tickets import search
from tickets.loading import AGENT
from tickets.models import Clock, Event, Message, Queue, SearchText, Ticket

TICKETS = 1000
STATES = {"new": "new", "open": "open", "pending": "pending_third", "waiting": "pending_customer"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "tickets.jsonl"
    write(path, TICKETS, requesters=300)
    return path


@pytest.fixture(scope="module")
def rows(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.fixture
def loaded(db: None, file: Path) -> Iterator[str]:
    output = StringIO()
    call_command("load_tickets", str(file), stdout=output)
    yield output.getvalue()


def found(words: str, *, notes: bool = False) -> set[int]:
    return set(search.matching(Ticket.objects.all(), words, notes=notes).values_list("pk", flat=True))


def test_the_same_arguments_make_the_same_bytes(tmp_path: Path, file: Path) -> None:
    write(tmp_path / "again.jsonl", TICKETS, requesters=300)
    assert (tmp_path / "again.jsonl").read_bytes() == file.read_bytes()
    assert list(lines(50, SEED)) != list(lines(50, SEED + 1))


def test_the_format_stays_what_it_was() -> None:
    made = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines(300, 1))
    assert hashlib.sha256(made.encode()).hexdigest()[:16] == "e3f4ddb0974801e0"


def test_loading_takes_every_line_over(loaded: str, rows: list[dict]) -> None:
    assert loaded.startswith(f"{TICKETS} tickets loaded")
    count = {kind: sum(row["t"] == kind for row in rows) for kind in ("queue", "agent", "requester", "message")}
    assert Ticket.objects.count() == TICKETS
    assert Message.with_notes.count() == count["message"]
    assert Queue.objects.count() == count["queue"]
    assert User.objects.filter(role="requester").count() == count["requester"]
    assert User.objects.agents().count() == count["agent"] + 1


def test_the_loaded_agent_sees_every_ticket(loaded: str) -> None:
    agent = User.objects.get(email=AGENT)
    assert agent.check_password("bench-password")
    assert Ticket.objects.visible_to(agent).count() == TICKETS


def test_a_loaded_ticket_is_as_its_line_says(loaded: str, rows: list[dict]) -> None:
    told = [row for row in rows if row["t"] == "ticket"]
    states = dict(Ticket.objects.values_list("pk", "state"))
    assert states == {row["id"]: STATES.get(row["status"], row["status"]) for row in told}
    row = next(row for row in told if row["id"] == 500)
    ticket = Ticket.objects.get(pk=500)
    assert (ticket.subject, ticket.language, ticket.requester.role) == (row["subject"], row["lang"], "requester")
    texts = [row["body"] for row in rows if row["t"] == "message" and row["ticket"] == 500]
    assert list(Message.with_notes.filter(ticket=ticket).values_list("text", flat=True)) == texts
    assert Event.objects.filter(ticket=ticket, kind="opened").count() == 1


def test_loading_wakes_nobody(loaded: str) -> None:
    assert not Event.objects.filter(relay_at__isnull=False).exists()


def test_new_rows_come_after_the_loaded_ones(loaded: str) -> None:
    ticket = make_ticket()
    assert ticket.pk > TICKETS
    assert ticket.messages.get().pk > Message.with_notes.filter(ticket_id=TICKETS).latest("pk").pk


def test_the_search_finds_loaded_words(loaded: str, rows: list[dict]) -> None:
    assert found("INC-CODE-1000") == {1000}
    wanted = {row["ticket"] for row in rows if row["t"] == "message" and "VPN" in row["body"]}
    assert found("VPN") == wanted
    notes = {row["ticket"] for row in rows if row["t"] == "message" and row["kind"] == "note"}
    aside = found("driver OR Treiber", notes=True) - found("driver OR Treiber")
    assert aside
    assert aside <= notes


def test_loading_makes_the_words_that_writing_makes(loaded: str) -> None:
    loaded_words = SearchText.objects.filter(internal=None).earliest("pk")
    ticket = loaded_words.ticket
    SearchText.objects.filter(pk=ticket.pk).delete()
    search.index(ticket, " ".join(ticket.messages.values_list("text", flat=True)))
    assert SearchText.objects.get(pk=ticket.pk).public == loaded_words.public


def test_clocks_run_for_what_is_open(loaded: str) -> None:
    open_ = Ticket.objects.open()
    clocks = Clock.objects.filter(metric="resolution", state__in=Clock.UNFINISHED)
    assert set(clocks.values_list("ticket_id", flat=True)) == set(open_.values_list("pk", flat=True))
    running = clocks.filter(state="running").select_related("ticket").first()
    assert running is not None
    assert running.ticket.next_due_at == running.due_at
    for clock in clocks.filter(state="paused").select_related("ticket"):
        assert clock.ticket.state == "pending_customer"
        assert clock.ticket.pauses.filter(ended_at=None).count() == 1


def test_only_an_empty_helpdesk_is_filled(loaded: str, file: Path) -> None:
    with pytest.raises(CommandError, match="There are tickets already"):
        call_command("load_tickets", str(file))
    assert Ticket.objects.count() == TICKETS


@pytest.mark.django_db
def test_a_broken_file_leaves_nothing_behind(tmp_path: Path, file: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text(file.read_text("utf-8").replace('"t":"ticket","id":900', '"t":"thing","id":900'), "utf-8")
    with pytest.raises(CommandError, match="Nothing was loaded: Not a line of the format"):
        call_command("load_tickets", str(broken))
    assert not Ticket.objects.exists()
    with pytest.raises(CommandError, match="There is no file"):
        call_command("load_tickets", str(tmp_path / "missing.jsonl"))


def test_there_is_something_to_measure(loaded: str) -> None:
    there = world()
    assert len(set(there["agents"])) == len(set(there["requesters"])) == 8
    assert set(there["twenty"]) <= {500, 1000}
    assert there["codes"] == [1000]
    assert there["reply"]
    for page in pages(there):
        ask = page.asks()
        assert ask.path.startswith("/")
        if page.name != "floor":
            resolve(ask.path.partition("?")[0])


def test_the_product_itself_has_no_floor() -> None:
    with pytest.raises(Resolver404):
        resolve("/bench/floor/")
