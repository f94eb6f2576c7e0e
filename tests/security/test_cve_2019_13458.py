"""No template language works in what people type or mail (OTRS tags gave password hashes, RT ran code)."""

import pytest
from django.conf import settings
from django.test import Client

from notifications.letters import write
from notifications.models import Delivery
from notifications.rendering import build
from notifications.telling import tell
from tests.channels_intake.mails import mail, receive
from tests.factories import NOW, make_agent
from tickets.models import Event, Queue
from tickets.operations.replying import reply

TEMPLATES = [
    "{{ 7|add:7 }}", "{{7*7}}", "{% load i18n %}", "{% debug %}", "{{ settings.SECRET_KEY }}", "${7*7}", "#{7*7}", "<%= 7*7 %>",
    "<OTRS_CURRENT_UserPw>", "{php}echo 1;{/php}", "{$Ticket->password}", "{{ ticket.requester.password }}", "%(password)s",
    "{0.__class__}", "{{agent.password}}", "{{agent.__class__}}",
]  # fmt: skip


@pytest.mark.parametrize("evil", TEMPLATES)
def test_templates_stay_the_words_they_are(queue: Queue, client: Client, evil: str) -> None:
    agent = make_agent(queue)
    ticket = receive(mail(f'"{evil}" <petra@kunde.example>', subject=f"Hallo {evil}", text=f"Text {evil}")).ticket
    assert ticket is not None
    reply(ticket, text=f"Antwort {evil}", by=agent, now=NOW)
    event = Event.objects.get(kind=Event.Kind.REPLIED)
    tell(event)
    delivery = Delivery.objects.get(event=event, medium=Delivery.Medium.MAIL)
    sent = build(delivery, write(delivery))[0]
    text = sent.get_body(("plain",))
    assert text is not None
    client.force_login(agent)
    page = client.get(f"/tickets/{ticket.pk}/").content.decode()

    assert f"Antwort {evil}" in " ".join(text.get_content().split()).replace("\n", " ")
    for shown in (page, text.get_content(), str(sent["Subject"])):
        assert "argon2" not in shown and settings.SECRET_KEY not in shown
