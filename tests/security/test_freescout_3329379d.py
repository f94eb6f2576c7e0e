"""FreeScout 3329379d: the raw body of a mail stood in answers and notification mails."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.security.armed import LETTER, armed
from tests.security.conftest import Places
from tests.security.vectors import HTML


@pytest.mark.parametrize("vector", HTML[::6])
def test_no_letter_carries_what_could_act(places: Places, vector: str) -> None:
    shown = places("html", vector)
    letters = {place: html for place, html in shown.items() if place.startswith("notification mail")}

    assert len(letters) >= 3
    for html in letters.values():
        assert armed(html, allowed=LETTER) == []


def test_no_template_trusts_a_text() -> None:
    templates = [
        *Path(settings.BASE_DIR, "templates").rglob("*.html"),
        *Path(settings.BASE_DIR, "templates").rglob("*.txt"),
    ]

    trusting = [path.name for path in templates if "|safe" in path.read_text()]
    unescaping = {path.name for path in templates if "autoescape off" in path.read_text()}

    assert len(templates) > 100
    assert trusting == []
    assert {Path(name).suffix for name in unescaping} <= {".txt"}  # plain text
