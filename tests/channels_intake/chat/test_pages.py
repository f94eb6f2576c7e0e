"""The windows of visitor and agent: who gets in, and what they see."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels_intake.chat.talking import Started, answer, end, write
from channels_intake.chat.watching import watch
from channels_intake.models import Chat, Watch
from people.models import User
from tests.channels_intake.chat.conftest import begin, visitor_of
from tests.factories import make_agent, make_article, make_queue, make_user
from tickets.models import Membership, Message, Queue, SolutionAttempt, Ticket
from tickets.operations.noting import note

VECTORS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% debug %}",
    "javascript:alert(1)",
    '"><svg onload=alert(1)>',
]


def question(**more: str) -> dict[str, str]:
    return {
        "name": "Vera Kundin", "email": "vera@kunde.example", "text": "Hilfe!", "client_id": str(uuid.uuid4()), **more,
    }  # fmt: skip


def desk(agent: User) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def test_without_an_agent_at_a_screen_the_form_is_offered_instead(client: Client, queue: Queue) -> None:
    page = client.get("/intake/chat/", headers={"Accept-Language": "en"}).content.decode()
    refused = client.post("/intake/chat/", question())

    assert "Nobody is at the chat right now" in page
    assert "/request/new/" in page
    assert refused.status_code == 422
    assert not Ticket.objects.exists()


def test_an_agent_with_an_open_page_opens_the_chat_for_five_minutes(client: Client, agent: User) -> None:
    watch(agent, timezone.now())
    now_open = b"client_id" in client.get("/intake/chat/").content
    Watch.objects.update(seen_at=timezone.now() - timedelta(minutes=6))

    assert now_open
    assert b"client_id" not in client.get("/intake/chat/").content


def test_a_visitor_starts_a_chat_and_comes_back_to_it(client: Client, agent: User) -> None:
    desk(agent).get("/intake/chats/waiting/")

    started = client.post("/intake/chat/", question())
    again = client.get("/intake/chat/")

    chat = Chat.objects.get()
    assert started["Location"] == again["Location"] == f"/intake/chat/{chat.key}/"
    cookie = started.cookies["chat"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/intake/chat/")
    page = client.get(again["Location"])
    assert b"Hilfe!" in page.content
    assert page.cookies["chat_events"]["path"] == f"/events/chat/{chat.key}/"


def test_robots_and_floods_open_no_chats(client: Client, agent: User) -> None:
    watch(agent, timezone.now())

    client.post("/intake/chat/", question(website="http://spam.example"))
    robots = Ticket.objects.count()
    for _ in range(8):
        Client().post("/intake/chat/", question())

    assert robots == 0
    assert Ticket.objects.count() == 5


def test_one_chat_does_not_swallow_endless_lines(chat: Chat, visitor: Client) -> None:
    answers = [
        visitor.post(f"/intake/chat/{chat.key}/lines/", {"text": f"{n}", "client_id": str(uuid.uuid4())}).status_code
        for n in range(42)
    ]

    assert answers == [200] * 40 + [429] * 2


def test_a_visitor_gets_into_no_other_chat(started: Started, visitor: Client) -> None:
    other = begin("otto@kunde.example", "Geheimes von Otto")
    stolen = Client()
    stolen.cookies["chat"] = f"{other.chat.key}.{started.secret}"
    line = {"text": "Ich bin Otto", "client_id": str(uuid.uuid4())}

    for client in (visitor, stolen, Client()):
        for path in ("", "lines/"):
            assert client.get(f"/intake/chat/{other.chat.key}/{path}").status_code == 404
        assert client.post(f"/intake/chat/{other.chat.key}/lines/", line).status_code == 404
        assert client.post(f"/intake/chat/{other.chat.key}/end/").status_code == 404

    other.chat.refresh_from_db()
    assert other.chat.is_running
    assert other.chat.ticket.messages.count() == 1


def test_a_visitor_who_is_blocked_meanwhile_is_out(chat: Chat, visitor: Client) -> None:
    User.objects.filter(pk=chat.visitor_id).update(is_active=False)

    assert visitor.get(f"/intake/chat/{chat.key}/").status_code == 404


def test_a_visitor_sees_no_note_no_mail_and_nothing_after_the_end(chat: Chat, visitor: Client, agent: User) -> None:
    note(chat.ticket, text="GEHEIM-NOTIZ", by=agent, now=timezone.now())
    Message.objects.create(
        ticket=chat.ticket, kind="customer", channel="email", author=chat.visitor, text="GEHEIM-MAIL",
        created_at=timezone.now(),
    )  # fmt: skip
    answer(chat, text="Hallo Vera", by=agent, client_id=uuid.uuid4(), now=timezone.now())
    end(chat, why=Chat.EndedBy.AGENT, by=agent, now=timezone.now())
    Message.objects.create(
        ticket=chat.ticket, kind="reply", channel="chat", author=agent, is_from_staff=True, text="GEHEIM-SPAETER",
        created_at=timezone.now(),
    )  # fmt: skip

    page = visitor.get(f"/intake/chat/{chat.key}/").content.decode()
    said = visitor.get(f"/intake/chat/{chat.key}/lines/").content.decode()

    for seen in (page, said):
        assert "Hallo Vera" in seen
        assert "GEHEIM" not in seen


@pytest.mark.parametrize("vector", VECTORS)
def test_what_is_typed_stays_text(vector: str, agent: User, queue: Queue) -> None:
    started = begin(text=vector)
    User.objects.filter(pk=started.chat.visitor_id).update(name=vector)
    write(started.chat, text=vector, client_id=uuid.uuid4(), now=timezone.now())
    visitor, base = visitor_of(started), f"/intake/chat/{started.chat.key}/"
    ticket = started.chat.ticket_id

    seen = [
        visitor.get(base).content.decode(),
        str(visitor.get(f"{base}lines/").json()),
        desk(agent).get(f"/intake/chats/{ticket}/").content.decode(),
        str(desk(agent).get(f"/intake/chats/{ticket}/lines/").json()),
        desk(agent).get("/intake/chats/").content.decode(),
    ]

    for html in seen:
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<svg onload" not in html
        assert 'href="javascript' not in html
        assert "49" not in html or "{{ 7*7 }}" not in vector or "{{ 7*7 }}" in html


def test_pages_without_the_token_are_refused(started: Started) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["chat"] = f"{started.chat.key}.{started.secret}"
    line = {"text": "x", "client_id": str(uuid.uuid4())}

    assert client.post(f"/intake/chat/{started.chat.key}/lines/", line).status_code == 403
    assert client.post(f"/intake/chat/{started.chat.key}/end/").status_code == 403


def test_agents_pages_are_for_agents_of_the_queue(chat: Chat, visitor: Client) -> None:
    stranger = make_agent(make_queue(is_default=False))
    addresses = ["", "lines/", "solutions/"]

    for path in addresses:
        address = f"/intake/chats/{chat.ticket_id}/{path}"
        assert desk(stranger).get(address).status_code == 404
        assert desk(make_user()).get(address).status_code == 404
        assert visitor.get(address).status_code == 302
    for address in ("/intake/chats/", "/intake/chats/waiting/"):
        assert desk(make_user()).get(address).status_code == 404
        assert visitor.get(address).status_code == 302
    assert b"Vera" not in desk(stranger).get("/intake/chats/").content
    assert desk(stranger).post(f"/intake/chats/{chat.ticket_id}/end/").status_code == 404
    chat.refresh_from_db()
    assert chat.is_running


def test_who_may_only_look_does_not_answer(chat: Chat, queue: Queue) -> None:
    looker = make_agent(queue, Membership.Level.VIEW)
    line = {"text": "Darf ich?", "client_id": str(uuid.uuid4())}

    shown = desk(looker).get(f"/intake/chats/{chat.ticket_id}/")
    refused = desk(looker).post(f"/intake/chats/{chat.ticket_id}/lines/", line)

    assert (shown.status_code, refused.status_code) == (200, 403)
    assert chat.ticket.messages.count() == 1


def test_an_agent_answers_notes_and_uses_a_solution(chat: Chat, agent: User, visitor: Client) -> None:
    text = make_article()
    address = f"/intake/chats/{chat.ticket_id}/lines/"
    line = {"text": "Bitte so:", "client_id": str(uuid.uuid4()), "articles": str(text.pk)}

    said = desk(agent).post(address, line, headers={"Accept": "application/json"}).json()
    desk(agent).post(address, {"text": "GEHEIM: klingt nach Update", "client_id": str(uuid.uuid4()), "is_note": "1"})

    chat.ticket.refresh_from_db()
    assert [row["client"] for row in said["lines"]][-1] == line["client_id"]
    assert (chat.ticket.assignee, chat.ticket.state) == (agent, "open")
    assert SolutionAttempt.objects.get().text == text
    seen = visitor.get(f"/intake/chat/{chat.key}/lines/").content.decode()
    assert "Bitte so:" in seen
    assert "GEHEIM" not in seen


def test_the_list_needs_as_many_queries_for_three_chats_as_for_one(
    agent: User, queue: Queue, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    begin("a@kunde.example")
    client = desk(agent)
    client.get("/intake/chats/")
    with django_assert_num_queries(4) as one:
        client.get("/intake/chats/")

    begin("b@kunde.example")
    begin("c@kunde.example")

    with django_assert_num_queries(len(one.captured_queries)):
        page = client.get("/intake/chats/")
    assert page.content.count(b"Vera Kundin") == 3
