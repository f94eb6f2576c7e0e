"""CVE-2021-3945 (django-helpdesk c54b89f1): a link in Markdown led to `javascript:`."""

import pytest

from knowledgebase.rendering import render
from tests.security.armed import armed
from tests.security.conftest import Places
from tests.security.more_vectors import GROUPS


@pytest.mark.parametrize("vector", GROUPS["markdown"])
def test_no_link_of_an_article_runs_or_leads_into_our_own_pages(vector: str) -> None:
    html = render(vector)

    assert armed(html) == []
    assert 'href="/' not in html
    assert "<img" not in html


def test_a_solution_put_into_an_answer_is_as_harmless(places: Places) -> None:
    vector = "[x](javascript:ran) <img src=x onerror=ran> [good](https://good.example/)"
    shown = places("markdown", vector, "solution put into the reply", "solution in the ticket", "notification mail")

    for html in shown.values():
        assert armed(html, allowed={"meta", "title", "style", "form", "input", "button", "svg", "link"}) == []
        assert 'href="https://good.example/"' in html
