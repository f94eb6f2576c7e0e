"""`manage.py render_untrusted`: a line for each place, by the real pages, and the helpdesk stays as it is."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.security.world import World, everything

ROWS = [
    {"id": 1, "group": "html", "payload": "<table><tr><td>Grüße</td></tr></table><img src='cid:a@b'>\u2028<script>ran</script>"},
    {"id": "two", "group": "markdown", "payload": "1. **bold**"},
    {"id": 3, "group": "filename", "payload": "<b>.png"},
    {"id": 4, "group": "template", "payload": "{{ticket.number}}\x00"},
]  # fmt: skip


def _numbers() -> list[tuple[str, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1")
        return cursor.fetchall()


def test_each_place_is_a_line_and_no_row_and_no_number_is_used_up(world: World, tmp_path: Path) -> None:
    source, target = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in ROWS), encoding="utf-8")
    before, numbers = everything(), _numbers()

    call_command("render_untrusted", source=source, target=target, jobs=1)

    shown = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    places = {row["id"]: {one["place"]: one["html"] for one in shown if one["id"] == row["id"]} for row in ROWS}
    assert all(set(one) == {"id", "place", "html"} and one["html"] for one in shown)
    assert "<td>Grüße</td>" in places[1]["mail body in the ticket"]
    assert "/attachments/" in places[1]["mail body in the ticket"]
    assert "<script>ran" not in "".join(places[1].values())
    assert {"article", "preview of an article"} <= set(places["two"])
    assert {"attachment list", "upload refused"} <= set(places[3])
    assert {"snippet after variable replacement"} <= set(places[4])
    assert (everything(), _numbers()) == (before, numbers)


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1, "group": "html"}', '{"id": 1, "group": "pdf", "payload": ""}'])
def test_a_line_that_is_no_row_is_refused_before_anything_is_written(tmp_path: Path, line: str) -> None:
    source, target = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    source.write_text(line)

    with pytest.raises(CommandError):
        call_command("render_untrusted", source=source, target=target, jobs=1)

    assert not target.exists()
