"""GHSA-jpq8-j69f-mj98 (FreeScout): tags were cut out once by a pattern, and nested ones grew together."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from helpdesk.lib.html import clean, to_text
from tests.security.armed import armed

NESTED = [
    "<scr<script>ipt>ran=1</scr</script>ipt>",
    "<scr<scr<script>ipt>ipt>ran=1</script>",
    "<im<b></b>g src=x onerror=ran=1>",
    "<if<iframe>rame src=//evil.example></iframe>",
    "<<script>script>ran=1<</script>/script>",
    "<a hr<b>ef=javascript:ran=1>x</a>",
    "<img src=x oneonerror=rror=ran=1>",
    "<a href=javajavascript:script:ran=1>x</a>",
    "&lt;scr&lt;script&gt;ipt&gt;ran=1",
]


@pytest.mark.parametrize("vector", NESTED)
def test_what_is_cut_out_leaves_nothing_that_grows_together(vector: str) -> None:
    once = clean(vector)

    assert armed(once) == []
    assert clean(once) == once


@pytest.mark.parametrize("vector", NESTED)
def test_the_text_of_it_is_escaped_wherever_it_is_shown(vector: str) -> None:
    assert armed(clean(f"<p>{to_text(vector)}</p>")) == []


def test_nobody_cleans_html_by_patterns() -> None:
    folders = ("channels_intake", "helpdesk", "knowledgebase", "notifications", "portal", "tickets")
    files = [path for folder in folders for path in Path(settings.BASE_DIR, folder).rglob("*.py")]
    pattern = re.compile(r"strip_tags|striptags|removetags|re\.sub\(\s*r?[\"']<\[\^>\]|sub\([^)]*<script", re.I)

    assert [path.name for path in files if pattern.search(path.read_text())] == []
