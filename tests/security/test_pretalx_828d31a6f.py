"""pretalx 828d31a6f: the cleaner kept data-*, and `data-hx-*` in Markdown made htmx send requests."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from helpdesk.lib.html import clean, clean_fragment
from knowledgebase.rendering import render
from tests.security.armed import armed

VECTORS = [
    f"<{tag} {prefix}hx-{what} {prefix}hx-trigger=load>x</{tag}>"
    for tag in ("div", "a href='https://good.example/'", "p", "td")
    for prefix in ("", "data-")
    for what in (
        "get='/tickets/?ran'",
        "post='/account/logout/?ran'",
        "on:load='ran'",
        "vals='js:{a:ran}'",
        "boost=true",
    )
]


@pytest.mark.parametrize("vector", VECTORS)
def test_no_attribute_of_htmx_survives(vector: str) -> None:
    for html in (clean(vector), clean_fragment(vector), render(vector), render(f"- x\n\n{vector}")):
        assert armed(html) == []
        assert not re.search(r"<[^>]*\b(?:data-|hx-)", html)


def test_htmx_evaluates_nothing_and_asks_only_us() -> None:
    page = Path(settings.BASE_DIR, "templates", "base.html").read_text()

    for setting in ('"selfRequestsOnly":true', '"allowEval":false', '"allowScriptTags":false', '"historyCacheSize":0'):
        assert setting in page


def test_the_editors_cleaner_keeps_no_data_either() -> None:
    assert "ALLOW_DATA_ATTR: false" in Path(settings.BASE_DIR, "static", "js", "editor.js").read_text()
