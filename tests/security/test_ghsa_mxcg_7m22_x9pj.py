"""
No parameter of an address reaches the database as a field, an operator or an order, and none makes a page fail.

Elsewhere `filter(**request.GET)` and `order_by(request.GET["sort"])` told a mailbox's password letter by letter.
"""

import re

import pytest

from tests.security.test_access_matrix import EXPECTED, sent
from tests.security.world import World, address, patterns

POSTS = [name for method, name in EXPECTED if method == "POST" and name != "account_logout"]
LISTS = [
    "tickets:list", "tickets:search", "tickets:news", "knowledge:list", "intake:arrivals", "intake:callers",
    "intake:caller", "intake:calls_new", "intake:chats", "portal:articles", "portal:requests", "reports:start",
    "reports:overview", "notifications:notices", "settings:people", "settings:audit", "settings:mailboxes",
]  # fmt: skip
ORACLES = [
    {"queue__mailboxes__secret__startswith": "g"},
    {"requester__password__startswith": "!"},
    {"assignee__password__gt": "a"},
    {"sort": "requester__password"},
    {"order": "-assignee__password"},
    {"o": "queue__mailboxes__secret"},
    {"order_by": "?"},
    {"fields": "password"},
    {"id__in": "1) OR 1=1 --"},
]
ODD = {
    "nul": "a\0b", "superscript": "²", "long": "9" * 5000, "negative": "-1", "quote": "'); DROP TABLE people_user; --",
    "template": "{{ 7*7 }}{0.__class__}%s%n", "words": '(a:* & !b | <-> "', "path": "../../etc/passwd",
}  # fmt: skip
NAMES = [
    "page",
    "view",
    "queue",
    "state",
    "newest",
    "known",
    "caller",
    "person",
    "language",
    "after",
    "title",
    "insert",
]
RAW = ["next", "ticket", "person", "article", "version", "language", "subject", "text", "after", "is_note", "articles"]


@pytest.mark.parametrize("name", LISTS)
def test_a_field_named_in_the_address_changes_nothing_of_the_page(world: World, name: str) -> None:
    client, where = world.client("admin"), address(world, name)
    usual = _plain(client.get(where).content)

    for oracle in ORACLES:
        assert _plain(client.get(where, oracle).content) == usual, oracle


@pytest.mark.parametrize("odd", ODD)
def test_no_odd_value_makes_a_list_fail(world: World, odd: str) -> None:
    client = world.client("admin")
    asked = [{"q": ODD[odd], "page": ODD[odd]}, dict.fromkeys(NAMES, ODD[odd])]

    got = {(name, client.get(address(world, name), one).status_code) for name in LISTS for one in asked}

    assert {(name, status) for name, status in got if status >= 500} == set()


def test_no_huge_number_in_an_address_makes_a_page_fail(world: World) -> None:
    client = world.client("admin")
    failed = []

    for name, _ in patterns():
        if name.endswith("None"):
            continue
        huge = re.sub(r"/\d+/", f"/{'9' * 30}/", address(world, name))
        for answer in (client.get(huge), client.post(huge)):
            if answer.status_code >= 500:
                failed.append((name, answer.status_code))

    assert failed == []


@pytest.mark.parametrize("odd", ["nul", "superscript", "long"])
def test_no_odd_value_in_a_form_makes_it_fail(world: World, odd: str) -> None:
    clients = [world.client("admin"), world.client("work")]
    failed = []

    for name in POSTS:
        form = sent(world, name)
        for filled in (form | dict.fromkeys(RAW, ODD[odd]), dict.fromkeys([*form, *RAW], ODD[odd])):
            failed += [name for client in clients if client.post(address(world, name), filled).status_code >= 500]

    assert failed == []


def _plain(page: bytes) -> str:
    """Drop what differs between any two answers, and the address that a page repeats."""
    text = re.sub(r"\b\w{64}\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|nonce=\S+|\?[^\"' >]*", "", page.decode())
    return re.sub(r"\s+", " ", text)
