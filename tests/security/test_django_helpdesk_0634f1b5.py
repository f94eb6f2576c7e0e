"""django-helpdesk 0634f1b5: the body of a mail lay as .html below MEDIA_ROOT and was served by the web server."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.security.conftest import Places
from tests.security.world import World, patterns


def test_nothing_serves_uploaded_files_from_a_folder() -> None:
    assert (settings.MEDIA_URL, settings.MEDIA_ROOT) == ("/", "")
    assert not any("media" in str(pattern.pattern) or "serve" in repr(pattern.callback) for _, pattern in patterns())


def test_a_mail_with_files_writes_no_file(
    places: Places, tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    root = Path(settings.BASE_DIR)  # type: ignore[attr-defined]
    before = {path for folder in ("static", "templates") for path in (root / folder).rglob("*")}

    places("html", "<p>Hello <img src='cid:a@b'></p>", "mail body in the ticket")

    assert {path for folder in ("static", "templates") for path in (root / folder).rglob("*")} == before
    assert list(tmp_path.rglob("*")) == []


def test_the_body_of_a_mail_is_only_shown_cleaned_and_with_a_policy(world: World) -> None:
    doors = [("work", f"/tickets/{world.own.ticket.pk}"), ("requester", f"/requests/{world.own.ticket.pk}")]
    for role, start in doors:
        answer = world.client(role).get(f"{start}/messages/{world.own.message.pk}/body/")

        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
