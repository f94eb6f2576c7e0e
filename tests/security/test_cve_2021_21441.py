"""CVE-2021-21441 (OTRS): the preview of a mail in a list was not cleaned; no click was needed."""

import pytest

from tests.security.armed import PAGE, armed
from tests.security.conftest import Places
from tests.security.vectors import TEXT
from tickets.operations.opening import snippet

ROWS = ("list row", "list", "search hit and search field", "notice behind the bell", "start page")


@pytest.mark.parametrize("vector", TEXT[:4])
def test_what_a_list_shows_of_a_mail_is_text(places: Places, vector: str) -> None:
    shown = places("text", vector, *ROWS)

    for html in shown.values():
        assert armed(html, allowed=PAGE) == []
    assert all(vector not in html for html in shown.values() if "<" in vector)


def test_html_in_the_text_of_a_mail_stays_text_in_its_row(places: Places) -> None:
    row = places("html", "<p>&lt;img src=x onerror=ran&gt; help</p>", "list row")["list row"]

    assert armed(row, allowed=PAGE) == []
    assert snippet("<img src=x onerror=ran>\n help") == "<img src=x onerror=ran> help"
