"""Answers, notes and drafts."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import NOW, later, make_agent, make_queue, make_ticket
from tests.tickets.views.test_list import as_
from tickets.models import Attachment, Draft, Message, Ticket
from tickets.operations import noting, replying, resolution

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
UUID = "6b0a7cf2-2f3f-4f0e-9a55-0d5d4c1f6b11"


def open_one(**fields):
    queue = make_queue()
    agent = make_agent(queue)
    return make_ticket(queue, **fields), agent, as_(agent)


def test_an_answer_is_sent_and_the_ticket_waits_for_the_customer() -> None:
    ticket, agent, client = open_one()

    response = client.post(
        f"/tickets/{ticket.pk}/messages/", {"body": "<p>Bitte <b>neu</b> starten.</p>", "then": "wait"}
    )

    ticket.refresh_from_db()
    message = Message.objects.get(ticket=ticket, kind="reply")
    assert response.status_code == 302
    assert (message.text, message.html) == ("Bitte neu starten.", "<p>Bitte <b>neu</b> starten.</p>")
    assert (ticket.state, ticket.assignee) == (Ticket.State.PENDING_CUSTOMER, agent)


def test_an_answer_may_be_the_solution() -> None:
    ticket, _, client = open_one()

    client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Das Kabel war lose.", "then": "resolve"})

    ticket.refresh_from_db()
    assert (ticket.state, ticket.resolution) == (Ticket.State.RESOLVED, "Das Kabel war lose.")


def test_an_answer_sent_twice_is_one_answer() -> None:
    ticket, _, client = open_one()

    for _ in range(2):
        client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Hallo", "then": "resolve", "client_id": UUID})

    assert Message.objects.filter(ticket=ticket, kind="reply").count() == 1


def test_an_answer_that_was_overtaken_waits_until_it_is_sent_anyway() -> None:
    ticket, _, client = open_one()
    seen = ticket.messages.get().pk
    newer = replying.receive_message(
        ticket, author=ticket.requester, text="Hat sich erledigt!", channel="email", now=later(1)
    )

    stopped = client.post(
        f"/tickets/{ticket.pk}/messages/", {"body": "Bitte …", "seen": seen, "then": "keep"}, headers=HTMX
    )
    plain = client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Bitte …", "seen": seen, "then": "keep"})
    sent = client.post(
        f"/tickets/{ticket.pk}/messages/", {"body": "Bitte …", "seen": newer.pk, "then": "keep"}, headers=HTMX
    )

    assert (stopped.status_code, stopped["HX-Retarget"]) == (409, "#refusal")
    assert "Hat sich erledigt!" in stopped.content.decode()
    assert f'value="{newer.pk}"' in stopped.content.decode()
    assert plain.status_code == 409
    assert "Bitte …" in plain.content.decode()
    assert sent.status_code == 200
    assert Message.objects.filter(ticket=ticket, kind="reply").count() == 1


def test_an_empty_answer_is_refused_with_what_to_do() -> None:
    ticket, _, client = open_one()

    response = client.post(f"/tickets/{ticket.pk}/messages/", {"body": "<p> </p>"}, headers=HTMX)

    assert response.status_code == 422
    assert not Message.objects.filter(ticket=ticket, kind="reply").exists()


def test_a_resolved_ticket_does_not_wait() -> None:
    ticket, agent, client = open_one()
    resolution.resolve(ticket, solution="x", by=agent, now=NOW)

    response = client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Noch etwas", "then": "wait"}, headers=HTMX)

    assert response.status_code == 422
    assert not Message.objects.filter(ticket=ticket, kind="reply").exists()


def test_files_go_along() -> None:
    ticket, _, client = open_one()

    client.post(
        f"/tickets/{ticket.pk}/messages/",
        {"body": "Anbei", "attachments": [SimpleUploadedFile("a.txt", b"eins"), SimpleUploadedFile("b.txt", b"zwei")]},
    )

    assert sorted(Attachment.objects.values_list("name", "size")) == [("a.txt", 4), ("b.txt", 4)]


def test_a_note_stays_inside() -> None:
    ticket, _, client = open_one()

    client.post(f"/tickets/{ticket.pk}/notes/", {"body": "<p>Nur für uns</p>"})

    note = Message.with_notes.get(ticket=ticket, kind="note")
    assert note.text == "Nur für uns"
    assert list(ticket.messages.values_list("kind", flat=True)) == ["customer"]


def test_a_draft_is_kept_restored_and_gone_after_sending() -> None:
    ticket, agent, client = open_one()
    address = f"/tickets/{ticket.pk}/drafts/reply/"

    first = client.post(address, {"body": "<p>Guten</p>", "version": 0}).json()
    second = client.post(address, {"body": "<p>Guten Tag</p>", "version": first["version"]}).json()
    page = client.get(f"/tickets/{ticket.pk}/")
    client.post(f"/tickets/{ticket.pk}/messages/", {"body": "<p>Guten Tag</p>"})

    assert (first["version"], second["version"]) == (1, 2)
    assert page.context["reply_text"] == "<p>Guten Tag</p>"
    assert not Draft.objects.filter(user=agent).exists()


def test_a_draft_changed_elsewhere_is_a_conflict_and_loses_nothing() -> None:
    ticket, _, client = open_one()
    address = f"/tickets/{ticket.pk}/drafts/note/"
    client.post(address, {"body": "hier", "version": 0})
    client.post(address, {"body": "dort", "version": 1})

    late = client.post(address, {"body": "hier weiter", "version": 1})
    as_new = client.post(address, {"body": "neu", "version": 0})

    assert (late.status_code, json.loads(late.content)) == (409, {"version": 2, "body": "dort"})
    assert as_new.status_code == 409
    assert Draft.objects.get().body == "dort"


def test_drafts_are_ones_own() -> None:
    ticket, _, client = open_one()
    client.post(f"/tickets/{ticket.pk}/drafts/reply/", {"body": "geheim", "version": 0})

    other = as_(make_agent(ticket.queue)).get(f"/tickets/{ticket.pk}/")

    assert "geheim" not in other.content.decode()


def test_a_live_refresh_leaves_the_editor_alone() -> None:
    ticket, agent, client = open_one()
    noting.note(ticket, text="Neues", by=agent, now=NOW)

    part = client.get(f"/tickets/{ticket.pk}/thread/", headers=HTMX).content.decode()

    assert "Neues" in part
    assert 'id="answer"' not in part
