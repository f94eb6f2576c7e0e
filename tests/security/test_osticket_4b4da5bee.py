"""osTicket 4b4da5bee: the list of hosts for frames was passed by an `@`; here no frame passes at all."""

import pytest

from helpdesk.lib.html import clean
from tests.security.armed import armed
from tests.security.more_vectors import FRAMES


@pytest.mark.parametrize("vector", FRAMES)
def test_no_frame_and_no_embedded_thing_survives(vector: str) -> None:
    cleaned = clean(f"<p>before</p>{vector}")

    assert armed(cleaned) == []
    assert "before" in cleaned


@pytest.mark.parametrize(
    "address",
    [
        "https://good.example@evil.example/",
        "https://good.example\\@evil.example/",
        "//evil.example/",
        "https:evil.example",
    ],
)
def test_a_link_that_pretends_another_host_is_none(address: str) -> None:
    assert "evil.example" not in clean(f'<a href="{address}">good.example</a>')
