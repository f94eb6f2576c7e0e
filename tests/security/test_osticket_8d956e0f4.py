"""osTicket 8d956e0f4, 45b6cf2e6: `formaction`, `action` and parts of forms passed the cleaner."""

import pytest

from helpdesk.lib.html import clean
from tests.security.armed import armed
from tests.security.more_vectors import FORMS


@pytest.mark.parametrize("vector", FORMS)
def test_nothing_of_a_form_survives(vector: str) -> None:
    cleaned = clean(f"<p>before</p>{vector}<p>after</p>")

    assert armed(cleaned) == []
    assert not any(
        word in cleaned for word in ("formaction", "action=", "<form", "<input", "<button", " name=", " id=")
    )
    assert "before" in cleaned


def test_no_page_with_foreign_html_has_a_name_that_scripts_look_for() -> None:
    assert clean("<p id=app class=btn name=body data-hotkey=a role=button tabindex=1>x</p>") == "<p>x</p>"
