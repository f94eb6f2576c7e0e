"""HTML as text keeps what makes it readable: columns, lists, links; in linear work."""

import sys

import pytest

from helpdesk.lib.html_text import to_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<table><tr><th>Gerät</th><th>Zahl</th></tr><tr><td>Maus</td><td>3</td></tr></table>", "Gerät\tZahl\nMaus\t3"),
        ("<table><tr><td><p>Gerät</p></td><td><p>Zahl</p></td></tr></table>", "Gerät\tZahl"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td></td><td>3</td></tr></table>", "a\tb\n\t3"),
        ("<table><tr><td> </td><td>Nur Layout</td></tr></table>", "Nur Layout"),
        ("<table><tr><td>lang<br>und länger</td><td>c</td></tr></table>", "lang\nund länger\nc"),
        ("<table><tr><td>x<table><tr><td>1</td><td>2</td></tr></table></td></tr></table>", "x\n\n1\t2"),
        ("<blockquote type=cite><table><tr><td>a</td><td>b</td></tr></table>c</blockquote>", "> a\tb\n>\n> c"),
        ("<td>lose</td><td>Zelle</td>", "lose\tZelle"),
        ("<table><tr><td>offen<td>b<tr><td>c<td>d", "offen\tb\nc\td"),
    ],
)
def test_tables_keep_their_columns(source, text):
    assert to_text(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul>", "- a\n  - b\n- c"),
        ("<ol start=3><li> x<li>y</ol>", "3. x\n4. y"),
        ("<ol start='-9'><li>x</ol>", "1. x"),
        ("<ul><li><a href='http://x.example/1'>eins</a></ul>", "- eins <http://x.example/1>"),
    ],
)
def test_lists_keep_their_marks(source, text):
    assert to_text(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<a href='http://x.example'>http://x.example/</a>", "http://x.example/"),
        ("<a href='http://x.example/?a=1&amp;b=2'>hier</a>", "hier <http://x.example/?a=1&b=2>"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='javascript:x()'>hier</a>", "hier"),
        ("<a href='http://x.example/hilfe'>Hilfe</a>", "Hilfe <http://x.example/hilfe>"),
        ("<a href='http://x.example/a/Plan.pdf'>Plan.pdf</a>", "Plan.pdf <http://x.example/a/Plan.pdf>"),
        ("<a href='https://www.x.example/?u=1'>x.example</a>", "x.example"),
        ("<a href='http://x.example/'>www.x.example</a>", "www.x.example"),
        ("<a href='tel:+49221'>+49221</a>", "+49221"),
        ("<a href='http://x.example/'>offen", "offen <http://x.example/>"),
    ],
)
def test_links_keep_their_targets(source, text):
    assert to_text(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<img src='cid:image001.png@01D0'>", "[image001.png]"),
        ("<img src='http://x.example/a/logo.gif?x=1'>", "[logo.gif]"),
        ("<img src='cid:image001.png@01D0'><p>Hallo", "Hallo"),
        ("<img src='cid:image001.png@01D0' alt='Plan'><p>Hallo", "[Plan]\n\nHallo"),
    ],
)
def test_pictures_without_words_are_named_only_if_there_is_nothing_else(source, text):
    assert to_text(source) == text


@pytest.mark.parametrize(
    "piece",
    ["<table><tr><td>x", "<table>", "<tr>", "<td>", "</table>", "<ul><li>", "<blockquote type=cite>", "<", "<a '", "<!--", "&#", "<p>", "<a href=http://x>"],
)  # fmt: skip
def test_twice_the_input_is_about_twice_the_work(piece):
    once, twice = (_calls(piece * number) for number in (1_000, 2_000))

    assert twice < once * 2.6 + 1_000


def _calls(source: str) -> int:
    count = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        to_text(source)
    finally:
        sys.setprofile(None)
    return count
