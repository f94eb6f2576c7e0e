"""CVE-2015-1165 (RT): plain text was read as HTML by feed readers; what is text says so, and there are no feeds."""

import pytest

from notifications.letters import write
from notifications.models import Delivery
from notifications.rendering import build
from notifications.telling import tell
from tests.factories import NOW, make_agent, make_queue, make_ticket
from tests.security.vectors import TEXT
from tests.security.world import patterns
from tickets.models import Event
from tickets.operations.replying import reply


def test_there_is_no_feed() -> None:
    names = [f"{name} {pattern.pattern}".lower().replace("feedback", "") for name, pattern in patterns()]

    assert len(names) > 80
    assert [name for name in names if any(word in name for word in ("rss", "atom", "feed", ".xml", "ical"))] == []


@pytest.mark.django_db
@pytest.mark.parametrize("vector", TEXT[:5])
def test_the_text_of_a_letter_is_text_and_its_page_escapes_it(vector: str) -> None:
    queue = make_queue()
    ticket = make_ticket(queue, subject=vector, text=vector)
    reply(ticket, text=vector, by=make_agent(queue), now=NOW)
    tell(Event.objects.get(ticket=ticket, kind=Event.Kind.REPLIED))
    delivery = Delivery.objects.get()

    mail = build(delivery, write(delivery))[0]
    text, page = mail.get_body(("plain",)), mail.get_body(("html",)).get_content()

    assert (text.get_content_type(), text.get_content_disposition()) == ("text/plain", None)
    assert vector.split("\n")[0][:30].strip() in text.get_content()
    assert "<" not in vector or vector not in page
