"""helpdesk-z issue 75, osTicket eab6747e9: the name of a file, and what was wrong with it, were shown raw."""

import pytest

from tests.security.armed import LETTER, PAGE, armed
from tests.security.conftest import Places
from tests.security.more_vectors import FILENAME


@pytest.mark.parametrize("name", FILENAME[:8])
def test_a_name_is_text_in_lists_letters_and_refusals(places: Places, name: str) -> None:
    shown = places("filename", name)

    assert "upload refused" in shown
    for html in shown.values():
        assert armed(html, allowed=PAGE | LETTER) == []
        assert "<" not in name or name not in html
