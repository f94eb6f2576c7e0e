import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from knowledgebase.exchange import csv_files, html_files, markdown_files
from knowledgebase.exchange.from_html import to_markdown
from knowledgebase.exchange.rows import COLUMNS, LONG, tidy
from knowledgebase.rendering import render

WORDS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from("\n#{}\\`*_-=+@'\"|<>&: \t"), max_size=60
).map(tidy)
ROWS = st.fixed_dictionaries(dict.fromkeys(COLUMNS, WORDS))


def _plain(row):
    """Facts are single lines, as the forms keep them."""
    return {name: value if name in LONG else " ".join(value.split()) for name, value in row.items()} | {
        "language": "de"
    }


def _said(values):
    return {name: value for name, value in values.items() if value}


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_markdown_gives_back_what_was_written(row):
    row = _plain(row) | {"title": "Titel", "steps": "1. Eins"}

    raw = markdown_files.read(markdown_files.write(row), "a.md")

    assert (raw.problem, _said(raw.values)) == ("", _said(row))


@settings(max_examples=150, deadline=None)
@given(ROWS)
@example(dict.fromkeys(COLUMNS, "") | {"cause": "0\xa0["})
def test_html_gives_back_what_was_written(row):
    row = _plain(row) | {"title": "Titel", "steps": "1. Eins"}

    assert _said(html_files.read(html_files.write(row), "a.html").values) == _said(row)


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_csv_gives_back_what_was_written(row):
    row = _plain(row) | {"title": "Titel"}

    found = csv_files.read(csv_files.write([row]).decode("utf-8-sig"), "a.csv")

    assert [_said(raw.values) for raw in found] == [_said(row)]


def test_a_plain_markdown_file_has_its_title_and_steps():
    raw = markdown_files.read("# VPN einrichten\n\n1. Öffnen\n2. Anmelden\n", "vpn.md")

    assert raw.values == {"title": "VPN einrichten", "steps": "1. Öffnen\n2. Anmelden"}


def test_facts_that_are_not_closed_are_no_facts():
    assert markdown_files.read("---\nid: a\ntitle: x\n", "a.md").problem != ""


def test_facts_know_their_lines():
    raw = markdown_files.read("---\nid: vpn\nkind: 'how-to'\n---\n\n# Steps {#steps}\n\nx\n", "a.md")

    assert (raw.line_of("kind"), raw.line_of("steps"), raw.values["kind"]) == (3, 6, "how-to")


def test_a_page_that_somebody_changed_counts_as_changed():
    row = dict.fromkeys(COLUMNS, "") | {"id": "a", "language": "de", "title": "T", "steps": "1. Eins\n2. Zwei"}
    page = html_files.write(row).replace("<li>Zwei</li>", "<li>Drei</li>")

    assert html_files.read(page, "a.html").values["steps"] == "1. Eins\n2. Drei"


def test_a_page_of_another_product_becomes_markdown():
    page = (
        "<html lang='en'><head><title>Set up VPN</title><script>alert(1)</script></head><body><h1>Set up VPN</h1>"
        "<p>Open <b>Software Center</b> &amp; wait.</p><ol><li>One<ul><li>deep</li></ul></li><li>Two</li></ol>"
        "<p><a href='javascript:alert(1)'>bad</a> <a href='https://example.org/a b'>good</a></p>"
        "<table><tr><th>Key</th><th>Does</th></tr><tr><td>F1</td><td>help</td></tr></table></body></html>"
    )

    raw = html_files.read(page, "a.html")

    assert (raw.values["title"], raw.values["language"]) == ("Set up VPN", "en")
    assert raw.values["steps"] == (
        "Open **Software Center** & wait.\n\n1. One\n   - deep\n2. Two\n\nbad [good](https://example.org/a%20b)\n\n"
        "| Key | Does |\n| --- | --- |\n| F1 | help |"
    )


@pytest.mark.parametrize(
    "text", ["1. kein Punkt", "# keine Überschrift", "- kein Strich", "*x* _y_ [z](w) <b>", "a \\ b"]
)
def test_text_stays_text(text):
    assert (
        render(to_markdown(f"<p>{text.replace('<', '&lt;')}</p>"))
        == render("") + f"<p>{text.replace('<', '&lt;').replace('>', '&gt;')}</p>\n"
    )


def test_deep_and_broken_html_is_survived():
    assert to_markdown("<ul><li>" * 3_000 + "x") != ""
    to_markdown("<" * 5_000 + "<!--" * 500 + "<![CDATA[")
    assert to_markdown("<p>a</p></ul></a></li></table></pre>b") == "a\n\nb"
