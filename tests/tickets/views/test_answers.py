"""Holding answers, taking them back and their recipients, through the pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from channels_intake.models import Mailbox
from people.models import User
from tests.factories import NOW, later, make_agent, make_article, make_queue, make_ticket, make_user
from tests.tickets.views.test_list import as_
from tests.tickets.views.test_writing import HTMX, UUID, open_one
from tickets.models import Draft, HeldAnswer, Message, Suggestion, Ticket
from tickets.operations import noting, replying
from tickets.operations.holding_back import hold_back, release_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def undo(settings) -> None:
    settings.UNDO_SECONDS = 10


def held(ticket: Ticket) -> HeldAnswer:
    return HeldAnswer.objects.get(ticket=ticket)


def sent(ticket: Ticket) -> list[str]:
    return list(Message.objects.filter(ticket=ticket, kind="reply").values_list("text", flat=True))


def test_an_answer_is_held_and_shown_to_staff_alone(undo: None) -> None:
    ticket, _, client = open_one()

    answer = client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Geheim bis gleich", "then": "wait"}, headers=HTMX)

    theirs = as_(ticket.requester).get(f"/requests/{ticket.pk}/").content.decode()
    colleague = as_(make_agent(ticket.queue)).get(f"/tickets/{ticket.pk}/").content.decode()
    found = as_(make_agent(ticket.queue)).get("/tickets/search/?q=Geheim").content.decode()
    assert sent(ticket) == []
    assert "Geheim bis gleich" in answer.content.decode()
    assert "held/withdrawal/" in answer.content.decode()
    assert "Geheim" not in theirs
    assert "Geheim bis gleich" in colleague
    assert "held/withdrawal/" not in colleague
    assert f'id="row-{ticket.pk}"' not in found


def test_nothing_is_held_when_it_is_switched_off_or_said_in_a_chat(settings) -> None:
    ticket, _, client = open_one()
    chat, _, chatting = open_one(channel=Ticket.Channel.CHAT)

    settings.UNDO_SECONDS = 0
    client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Sofort"})
    settings.UNDO_SECONDS = 10
    chatting.post(f"/tickets/{chat.pk}/messages/", {"body": "Sofort"})

    assert (sent(ticket), sent(chat)) == (["Sofort"], ["Sofort"])
    assert not HeldAnswer.objects.exists()


def test_what_stands_against_it_is_said_at_once(undo: None) -> None:
    ticket, _, client = open_one()
    seen = ticket.messages.get().pk
    replying.receive_message(ticket, author=ticket.requester, text="Geht wieder", channel="email", now=later(1))
    address = f"/tickets/{ticket.pk}/messages/"

    overtaken = client.post(address, {"body": "Bitte", "seen": seen}, headers=HTMX)
    Ticket.objects.filter(pk=ticket.pk).update(state="resolved")
    done = client.post(address, {"body": "Bitte", "then": "wait"}, headers=HTMX)
    Ticket.objects.filter(pk=ticket.pk).update(state="closed")
    closed = client.post(address, {"body": "Bitte"}, headers=HTMX)

    assert [overtaken.status_code, done.status_code, closed.status_code] == [409, 422, 422]
    assert not HeldAnswer.objects.exists()


def test_undo_puts_everything_back_into_the_editor(undo: None) -> None:
    ticket, agent, client = open_one()
    file = SimpleUploadedFile("a.txt", b"eins")
    client.post(
        f"/tickets/{ticket.pk}/messages/",
        {"body": "<p>Bitte</p>", "cc": "Kim <kim@kunde.example>", "bcc": "b@kunde.example", "attachments": [file]},
    )

    client.post(f"/tickets/{ticket.pk}/held/withdrawal/", {"held": held(ticket).pk, "body": "", "cc": "keine Adresse"})

    page = client.get(f"/tickets/{ticket.pk}/")
    key = page.context["kept_files"][0]["key"]
    assert page.context["reply_text"] == "<p>Bitte</p>"
    assert (page.context["cc_text"], page.context["bcc_text"]) == ("kim@kunde.example", "b@kunde.example")
    again = {"body": "<p>Bitte</p>", "kept": [key], "resumes": page.context["resumes"]}
    client.post(f"/tickets/{ticket.pk}/messages/", again)
    client.post(f"/tickets/{ticket.pk}/held/sending/", {"held": held(ticket).pk, "now": "1"})
    message = Message.objects.get(ticket=ticket, kind="reply")
    assert [stored.name for stored in message.attachments.all()] == ["a.txt"]
    assert not Draft.objects.filter(user=agent).exists()


def test_the_page_that_counts_does_not_send_early(undo: None) -> None:
    ticket, _, client = open_one()
    client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Bitte"})
    form = {"held": held(ticket).pk}

    client.post(f"/tickets/{ticket.pk}/held/sending/", form, headers=HTMX)
    early = sent(ticket)
    HeldAnswer.objects.update(send_at=timezone.now())
    client.post(f"/tickets/{ticket.pk}/held/sending/", form, headers=HTMX)
    again = client.post(f"/tickets/{ticket.pk}/held/sending/", form, headers=HTMX)

    assert (early, sent(ticket), again.status_code) == ([], ["Bitte"], 200)


def test_nobody_else_sends_it_or_takes_it_back(undo: None) -> None:
    ticket, _, client = open_one()
    client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Bitte"})
    colleague = as_(make_agent(ticket.queue))

    back = colleague.post(f"/tickets/{ticket.pk}/held/withdrawal/", {"held": held(ticket).pk}, headers=HTMX)
    colleague.post(f"/tickets/{ticket.pk}/held/sending/", {"held": held(ticket).pk, "now": "1"}, headers=HTMX)

    assert back.status_code == 409
    assert (sent(ticket), held(ticket).send_at is not None) == ([], True)


def test_what_could_not_be_sent_says_why_above_the_text_in_the_editor(undo: None) -> None:
    ticket, _, client = open_one()
    client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Bitte", "client_id": UUID})
    Ticket.objects.filter(pk=ticket.pk).update(state="closed")
    release_due(later(60 * 24 * 400))

    page = client.get(f"/tickets/{ticket.pk}/")

    assert [(one.error, one.why != "") for one in page.context["held"]] == [("closed", True)]
    assert page.context["reply_text"] == "Bitte"
    assert str(page.context["held"][0].why) in page.content.decode()


def test_a_refused_answer_still_knows_what_was_seen(undo: None) -> None:
    ticket, _, client = open_one()
    seen = ticket.messages.get().pk

    refused = client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Bitte", "cc": "x", "seen": seen}, headers=HTMX)

    assert f'name="seen" form="reply-form" value="{seen}"' in refused.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cc", "kein Mensch"),
        ("bcc", "a@kunde.example, b@@kunde.example"),
        ("cc", ",".join(f"p{number}@kunde.example" for number in range(21))),
        ("cc", "Support@Helpdesk.example"),
        ("bcc", "support+42.abc@helpdesk.example"),
    ],
)
def test_wrong_recipients_are_refused_in_words(undo: None, field: str, value: str) -> None:
    ticket, _, client = open_one()
    box = Mailbox(name="S", address="support@helpdesk.example", queue=ticket.queue, host="127.0.0.1", username="s")
    box.password = "geheim"
    box.save()

    answer = client.post(f"/tickets/{ticket.pk}/messages/", {"body": "Bitte", field: value}, headers=HTMX)

    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#refusal")
    assert 'role="alert"' in answer.content.decode()
    assert not HeldAnswer.objects.exists()


def test_twenty_is_the_most_of_both_together(undo: None) -> None:
    ticket, _, client = open_one()
    form = {"body": "Bitte"} | {
        kind: ",".join(f"{kind}{number}@kunde.example" for number in range(count))
        for kind, count in (("cc", 10), ("bcc", 11))
    }

    assert client.post(f"/tickets/{ticket.pk}/messages/", form, headers=HTMX).status_code == 422
    assert client.post(f"/tickets/{ticket.pk}/messages/", form | {"bcc": "b@kunde.example"}).status_code == 302


def test_blind_copies_are_shown_to_staff_alone() -> None:
    ticket, _, client = open_one()
    form = {"body": "Bitte", "cc": "kim@kunde.example", "bcc": "blind@kunde.example"}
    client.post(f"/tickets/{ticket.pk}/messages/", form)

    page = client.get(f"/tickets/{ticket.pk}/").content.decode()
    seen = [
        as_(person).get(f"/requests/{ticket.pk}/").content.decode()
        for person in (ticket.requester, User.objects.get(email="kim@kunde.example"))
    ]

    assert "blind@kunde.example" in page
    assert ["Bitte" in text for text in seen] == [True, True]
    assert ["blind@kunde.example" in text for text in seen] == [False, False]


def test_an_incoming_mail_says_whom_else_it_was_sent_to() -> None:
    ticket, _, client = open_one(our_address="support@helpdesk.example")
    theirs = {"to": ["support+42.abcdef@helpdesk.example", "vertrieb@kunde.example"], "cc": ["kim@kunde.example"]}
    Message.objects.filter(ticket=ticket).update(recipients=theirs)
    other, _, others = open_one()
    Message.objects.filter(ticket=other).update(
        recipients={"to": ["support@helpdesk.example"], "cc": [other.requester.email]}
    )

    page = client.get(f"/tickets/{ticket.pk}/").content.decode()
    plain = others.get(f"/tickets/{other.pk}/").content.decode()

    assert '<p class="recipients">' in page
    assert "vertrieb@kunde.example" in page
    assert '<p class="recipients">' not in plain


def test_people_are_added_and_removed_beside_the_ticket() -> None:
    ticket, _, client = open_one()
    address = f"/tickets/{ticket.pk}/participants/"

    wrong = client.post(address, {"address": "niemand"}, headers=HTMX)
    client.post(address, {"address": "kim@kunde.example"})
    twice = client.post(address, {"address": "kim@kunde.example"}, headers=HTMX)
    kim = User.objects.get(email="kim@kunde.example")
    page = client.get(f"/tickets/{ticket.pk}/")
    client.post(f"{address}removal/", {"user": kim.pk})
    client.post(f"{address}removal/", {"user": make_user().pk})

    assert (wrong.status_code, twice.status_code) == (422, 422)
    assert [person["email"] for person in page.context["people_beside"]] == ["kim@kunde.example"]
    assert not ticket.participants.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_with_few_and_many_held_answers(count: int, django_assert_num_queries) -> None:
    queue = make_queue()
    agent = make_agent(queue)
    ticket = make_ticket(queue, participants=[make_user() for _ in range(count)])
    make_ticket(queue, requester=ticket.requester)
    Suggestion.objects.create(ticket=ticket, position=1, text=make_article(), score=1, words=["vpn"])
    replying.reply(ticket, text="Antwort", cc=["kim@kunde.example"], by=agent, now=NOW)
    noting.note(ticket, text="Notiz", by=agent, now=NOW)
    for _ in range(count):
        hold_back(ticket, text="Gleich", by=make_agent(queue), until=later(5), now=NOW)

    client = as_(agent)
    with django_assert_num_queries(13):
        page = client.get(f"/tickets/{ticket.pk}/")

    assert len(page.context["held"]) == count
