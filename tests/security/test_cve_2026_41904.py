"""CVE-2026-41904 (FreeScout): the text of the automatic answer went to every customer as raw HTML."""

import pytest

from notifications.letters import write
from notifications.models import Delivery
from notifications.rendering import build
from notifications.telling import tell
from tests.factories import NOW, make_ticket
from tests.security.armed import LETTER, armed
from tests.security.vectors import HTML
from tickets.models import Event
from tickets.operations.acknowledging import acknowledge


@pytest.mark.django_db
@pytest.mark.parametrize("vector", HTML[:8])
def test_the_words_of_an_automatic_answer_are_text(vector: str) -> None:
    ticket = make_ticket()
    acknowledge(ticket, text=f"Thank you {vector}", now=NOW)
    tell(Event.objects.get(ticket=ticket, kind=Event.Kind.ACKNOWLEDGED))
    delivery = Delivery.objects.get()

    page = build(delivery, write(delivery))[0].get_body(("html",)).get_content()

    assert "Thank you" in page
    assert armed(page, allowed=LETTER) == []
