"""uvdesk mailbox-component issue 112: mail bodies were not cleaned at all; here they come through the whole intake."""

import pytest

from tests.security.armed import LETTER, armed
from tests.security.conftest import Places
from tests.security.vectors import HTML

BODIES = (
    "mail body in the ticket",
    "mail body in the ticket, dark",
    "mail body in the portal",
    "mail body by the link",
)
GOOD = "<table><tr><td>cell</td></tr></table><p>Grüße <a href='https://good.example/'>link</a></p>"


@pytest.mark.parametrize("vector", HTML[::3])
def test_a_mail_that_came_in_can_do_nothing_in_any_of_its_frames(places: Places, vector: str) -> None:
    for html in places("html", GOOD + vector, *BODIES).values():
        assert armed(html, allowed=LETTER) == []
        assert all(word in html for word in ("<td>cell</td>", "Grüße", 'href="https://good.example/"'))
        assert "default-src 'none'" in html
