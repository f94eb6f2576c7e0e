"""
More than 200 vectors in every place that shows such content: nothing runs, nobody elsewhere is asked, what is good stays.

The pages come from `helpdesk.untrusted`, so by the real views and operations; a browser loads them with our scripts,
first without any policy, then with ours.
"""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.plugin import DjangoDbBlocker

from helpdesk.untrusted.rendering import GROUPS as KNOWN_GROUPS
from helpdesk.untrusted.rendering import Row, Shown, read, render, stage
from tests.security.loading import Ground, armed, distinct, load, open_page
from tests.security.more_vectors import GOOD_HTML, GOOD_MARKDOWN, GOOD_TEXT, GROUPS

pytestmark = [pytest.mark.xdist_group("vectors"), pytest.mark.django_db]

# Where a vector always goes; besides, each goes to some of the other places, in turn.
ALWAYS = {"mail body in the ticket", "notification mail", "article in the portal", "list row", "attachment list"}
EVERY = {"html": 26, "text": 18, "markdown": 12, "filename": 6, "template": 6}
WHOLE_PAGE = 6_000
RAW = {"html", "text"}
HTML_PLACES = {
    "mail body in the ticket",
    "mail body in the portal",
    "agent's answer in the ticket",
    "notification mail",
}
MARKDOWN_PLACES = {"article", "article in the portal", "preview of an article", "solution in the ticket"}
SURVIVORS = """html => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const has = selector => page.querySelector(selector) !== null;
    const text = page.body.textContent;
    return {
        table: has("table td") && has("table th"), lists: has("ul > li") && has("ol[start='3'] > li"),
        link: [...page.querySelectorAll("a")].some(a => a.getAttribute("href") === "https://good.example/hilfe?a=1&b=2"),
        picture: [...page.querySelectorAll("img")].some(img => /attachments\\/|^cid:/.test(img.getAttribute("src"))),
        words: text.includes("Grüße aus Köln") && text.includes("Straße"), quote: has("blockquote"),
        code: has("pre") && page.querySelector("pre").textContent.includes("x < y"), strong: has("b, strong"),
    };
}"""


def row(name: str, group: str, payload: str) -> Row:
    """Give a row as the command reads it."""
    return read(json.dumps({"id": name, "group": group, "payload": payload}))


@pytest.fixture(scope="module")
def shown(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> list[Shown]:
    """Render every vector, each in some places, so that each place sees many."""
    found: list[Shown] = []
    with django_db_blocker.unblock(), stage() as world:
        for group, vectors in GROUPS.items():
            for number, vector in enumerate(vectors):
                turn = iter(range(number, number + 1000))
                wanted = lambda place, turn=turn, every=EVERY[group]: next(turn) % every == 0 or place in ALWAYS  # noqa: E731
                found += render(world, row(f"{group} {vector[:60]!r}", group, vector), wanted)
    return found


@pytest.fixture(scope="module")
def good(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, dict[str, str]]:
    """Render what is harmless, by group and place."""
    payloads = {"html": GOOD_HTML, "markdown": GOOD_MARKDOWN, "text": GOOD_TEXT, "filename": f"{GOOD_TEXT}.txt"}
    with django_db_blocker.unblock(), stage() as world:
        return {
            group: {one.place: one.html for one in render(world, row(group, group, payload))}
            for group, payload in payloads.items()
        }


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """Serve the pages."""
    ground = Ground()
    yield ground
    ground.stop()


@pytest.fixture
def page(browser: Browser, ground: Ground) -> Iterator[Page]:
    """Give a page whose every request elsewhere is written down."""
    page = open_page(browser, ground)
    yield page
    page.context.close()


def test_the_vectors_are_many_and_armed(page: Page, ground: Ground) -> None:
    raw = [Shown(vector[:60], group, f"<!doctype html><body>{vector}") for group in RAW for vector in GROUPS[group]]

    acted = load(page, ground, raw, way="bare")

    assert len({vector for group in GROUPS.values() for vector in group}) >= 300
    assert set(GROUPS) == set(KNOWN_GROUPS)
    assert len([one for one in acted if one.endswith(": ran")]) >= 60
    assert len({one.partition(" from ")[0] for one in acted if "evil.example" in one.partition(" from ")[0]}) >= 30
    assert len(armed(page, raw)) >= len(GROUPS["html"]) * 0.8


def test_every_place_shows_something(shown: list[Shown], good: dict[str, dict[str, str]]) -> None:
    assert [f"{one.id} {one.place}: {one.failure}" for one in shown if one.failure] == []
    assert {place for places in good.values() for place in places} <= {one.place for one in shown}
    assert all(html.strip() for places in good.values() for html in places.values())


def test_nothing_could_act_in_any_place(page: Page, shown: list[Shown]) -> None:
    assert armed(page, shown) == []


def test_nothing_runs_and_nobody_is_asked_even_without_a_policy(page: Page, ground: Ground, shown: list[Shown]) -> None:
    # Every frame, letter and part of a page; of the whole pages, which say much the same, each third.
    some = [one for number, one in enumerate(distinct(shown)) if len(one.html) < WHOLE_PAGE or number % 3 == 0]

    assert load(page, ground, some, way="bare") == []


def test_nothing_runs_and_nobody_is_asked_with_our_policy(page: Page, ground: Ground, shown: list[Shown]) -> None:
    assert load(page, ground, distinct(shown)[::6], way="policy") == []


@pytest.mark.parametrize("place", sorted(HTML_PLACES))
def test_tables_lists_links_and_pictures_of_a_mail_survive(
    page: Page, good: dict[str, dict[str, str]], place: str
) -> None:
    survived = page.evaluate(SURVIVORS, good["html"][place])

    assert [what for what, there in survived.items() if not there] == []


@pytest.mark.parametrize("place", sorted(MARKDOWN_PLACES))
def test_tables_lists_links_and_code_of_an_article_survive(
    page: Page, good: dict[str, dict[str, str]], place: str
) -> None:
    survived = page.evaluate(SURVIVORS, good["markdown"][place])

    assert [what for what, there in survived.items() if not there] == ["picture"]


def test_umlauts_signs_and_brackets_of_a_text_survive(page: Page, good: dict[str, dict[str, str]]) -> None:
    texts = {
        place: page.evaluate("html => new DOMParser().parseFromString(html, 'text/html').body.textContent", html)
        for place, html in {**good["text"], **good["filename"]}.items()
    }

    for place in ("list row", "request in the portal", "notification mail (resolved)", "chat line", "list of rules"):
        assert GOOD_TEXT in texts[place]
    for place in ("attachment list", "attachment list in the portal"):
        assert f"{GOOD_TEXT}.txt" in texts[place]
