"""What somebody may not see stands in nothing they get: no page, no part of one, no search, no mail, no event stream."""

import json
import time
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from redis import Redis

from helpdesk.lib.live import CHANNEL
from notifications.letters import write
from notifications.models import Delivery
from notifications.rendering import build
from tests.security.test_access_matrix import GETS
from tests.security.world import World, address, make_case, make_world
from tickets import relay
from tickets.models import Event
from tickets.operations.resolution import resolve

NOTES = ["note own", "note-own.png", "error own"]
FOREIGN = ["subject foreign", "message foreign", "note foreign", "answer foreign", "note-foreign.png", "html foreign"]
FOREIGN_NOTES = ["note foreign", "note-foreign.png", "draft foreign", "error foreign"]
OWN = ["message own", "answer own", "html own", "subject own"]
DRAFTS = ["draft own", "draft foreign"]
ARTICLES = ["article agents True", "article public False"]
PASSWORD = ["password-of-the-mailbox", "a-visitor's-secret", "argon2"]
HIDDEN = {
    "anonymous": [*NOTES, *FOREIGN, *OWN, *DRAFTS, *ARTICLES, *PASSWORD],
    "gone": [*NOTES, *FOREIGN, *OWN, *DRAFTS, *ARTICLES, *PASSWORD],
    "requester": [*NOTES, *FOREIGN, *DRAFTS, *ARTICLES, *PASSWORD],
    "participant": [*NOTES, *FOREIGN, *DRAFTS, *ARTICLES, *PASSWORD],
    "other": [*NOTES, *FOREIGN_NOTES, *OWN, *DRAFTS, *ARTICLES, *PASSWORD],
    "outsider": [*NOTES, *OWN, "draft own", "article public False", *PASSWORD],
    "view": [*FOREIGN, *FOREIGN_NOTES, *DRAFTS, "article public False", *PASSWORD],
    "work": [*FOREIGN, *FOREIGN_NOTES, *PASSWORD],
    "lead": [*DRAFTS, *PASSWORD],
    "admin": [*DRAFTS, *PASSWORD],
}
SEARCHES = [
    {"q": "own"}, {"q": "note"}, {"q": "foreign"}, {"q": "draft"}, {"q": "article agents"}, {"q": "809"},
    {"caller": "otto"}, {"state": "draft"}, {"view": "open"}, {"queue": "elsewhere"},
]  # fmt: skip
SEARCHABLE = [
    "tickets:list", "tickets:news", "knowledge:list", "portal:articles", "portal:home", "portal:solutions",
    "portal:new", "intake:callers", "intake:calls_new", "intake:arrivals", "settings:people", "settings:audit",
]  # fmt: skip


@pytest.mark.parametrize("role", HIDDEN)
def test_no_page_and_no_part_of_one_tells(world: World, role: str) -> None:
    client, told = world.client(role), []
    links = (
        "portal:ticket_by_link",
        "portal:link_attachment",
        "portal:link_body",
        "portal:link_solution",
    )  # meant for whoever has the link
    wheres = [address(world, name, case) for name in GETS if name not in links for case in (world.own, world.foreign)]
    wheres += [
        f"/{door}/{article.article_id}/"
        for door in ("help", "knowledge")
        for article in (world.internal, world.unpublished)
    ]
    asked: list[tuple[str, dict[str, str]]] = [(where, {}) for where in dict.fromkeys(wheres)]
    asked += [(address(world, name), search) for name in SEARCHABLE for search in SEARCHES]

    for where, search in asked:
        for headers in ({}, {"HX-Request": "true", "HX-Target": "list"}):
            page = client.get(where, search, headers=headers).content
            told += [(where, words) for words in HIDDEN[role] if words.encode() in page]

    assert sorted(set(told)) == []


def test_what_is_hidden_from_others_is_there_for_those_who_may_see_it(world: World) -> None:
    inside = world.client("work").get(address(world, "tickets:show")).content.decode()
    outside = world.client("outsider").get(address(world, "tickets:show", world.foreign)).content.decode()

    assert [words for words in ["note own", "note-own.png", "draft own", "answer own"] if words not in inside] == []
    assert [words for words in ["note foreign", "message foreign", "draft foreign"] if words not in outside] == []


@pytest.mark.parametrize("where", ["portal:ticket_by_link", "portal:link_body", "portal:request"])
def test_who_follows_the_link_reads_what_is_public_and_nothing_else(world: World, where: str) -> None:
    page = world.client("requester").get(address(world, where)).content.decode()

    assert "own" in page
    assert [words for words in [*NOTES, *FOREIGN, *DRAFTS] if words in page] == []


def test_the_visitors_chat_shows_no_note_and_nothing_of_another_ticket(world: World) -> None:
    visitor = world.client("anonymous")
    visitor.cookies["chat"] = f"{world.chat.key}.a-visitor's-secret"

    window = visitor.get(address(world, "intake:chat_window")).content.decode()
    lines = visitor.get(address(world, "intake:chat_talk")).json()

    assert "answer own" in window
    assert [words for words in [*NOTES, *FOREIGN, *DRAFTS] if words in window + json.dumps(lines)] == []


def test_no_letter_tells_the_requester_what_is_for_staff(world: World) -> None:
    resolve(world.own.ticket, solution="Restarted", by=world.people["work"], now=timezone.now())
    Delivery.objects.filter(pk=world.own.delivery.pk).update(state=Delivery.State.QUEUED)
    relay.relay_due(timezone.now().replace(year=2030))

    letters = [delivery for delivery in Delivery.objects.filter(medium="mail") if not delivery.is_to_staff]
    about_own = [build(one, write(one))[0] for one in letters if one.event.ticket_id == world.own.ticket.pk]
    text = "\n".join(
        str(part.get_payload(decode=True) or "") + str(part.items()) for mail in about_own for part in mail.walk()
    )

    assert len(about_own) >= 2
    assert "answer own" in text
    assert [words for words in [*NOTES, *FOREIGN, *DRAFTS, *ARTICLES, *PASSWORD] if words in text] == []


def test_the_event_streams_say_numbers_and_nothing_that_was_written(
    db: None, django_capture_on_commit_callbacks: Any
) -> None:
    world = make_world()
    channel = Redis.from_url(settings.REDIS_URL).pubsub(ignore_subscribe_messages=True)
    channel.subscribe(CHANNEL)
    channel.get_message(timeout=1)

    with django_capture_on_commit_callbacks(execute=True):
        make_case(world.first, world.people["requester"], world.people["work"], "new")
        relay.relay_due(timezone.now().replace(year=2030))
        world.client("work").post(address(world, "intake:chat_desk_talk"), _line("chat new"))
        world.client("work").post(address(world, "intake:chat_desk_talk"), _line("chat new") | {"is_note": "1"})

    said = []
    until = time.monotonic() + 2
    while time.monotonic() < until and (message := channel.get_message(timeout=0.3)):
        said.append(json.loads(message["data"]))
    channel.close()
    data = [value for one in said for value in one["data"].values()]
    assert Event.objects.count() > 3
    assert len(said) > 2
    assert {type(value) for value in data} <= {int, type(None)}


def _line(text: str) -> dict[str, str]:
    return {"text": text, "client_id": "7b0f6b1e-2c52-4a5b-8f2c-0d4b0d9f6a11"}
