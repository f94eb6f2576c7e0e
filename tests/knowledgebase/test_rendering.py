import pytest

from knowledgebase.rendering import plain, render

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><animate onbegin=alert(1)></svg>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x09;script:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    '![x](x" onerror="alert(1))',
    '[x](https://a.example/" onmouseover="alert(1))',
    '<a href="#" hx-get="/tickets/" data-hx-trigger="load">x</a>',
    "<style>@import url(//evil.example)</style>",
    "<iframe src=//evil.example></iframe>",
    "<form action=//evil.example><button>x",
    "[x](//evil.example)",
    "[x](/tickets/1/escalation/)",
    '```html" onload="x\n</code><script>alert(1)</script>\n```',
    "[a]: javascript:alert(1)\n[a]",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_markdown_stays_harmless(attack):
    html = render(attack)

    tags = [part.split(">")[0].lower() for part in html.split("<")[1:]]
    assert {tag.split()[0].strip("/") for tag in tags} <= {"p", "a", "pre", "code"}
    assert all("=" not in tag or tag.startswith("a ") for tag in tags)
    assert not any(bad in tag for tag in tags for bad in ("script:", "data:", "onmouseover=", 'href="/', "hx-"))


def test_markdown_becomes_html():
    html = render("1. Open **VPN**\n2. See [help](https://help.example/)\n\n| a |\n| - |\n| 1 |")

    assert "<ol>\n<li>Open <strong>VPN</strong></li>" in html
    assert '<a href="https://help.example/" rel="noopener noreferrer">help</a>' in html
    assert "<td>1</td>" in html


def test_headings_stand_below_those_of_the_page():
    assert render("# One\n\n## Two") == "<h3>One</h3>\n<h3>Two</h3>\n"


@pytest.mark.parametrize(
    "bomb", ["[" * 50_000, "> " * 25_000, "*a " * 20_000, "- " * 25_000, "`" * 49_999, "x" * 500_000]
)
def test_huge_and_deep_texts_are_cut(bomb):
    assert len(render(bomb)) < 200_000


def test_plain_text_reads_like_the_steps():
    text = plain(
        "Do **this**:\n\n1. Open `cmd`\n2. See [help](https://help.example/)\n   - first\n   - then\n\n"
        "```\nipconfig /all\n```\n\nDone <b>now</b>."
    )

    assert text == (
        "Do this:\n\n1. Open cmd\n2. See help (https://help.example/)\n   - first\n   - then\n\n"
        "   ipconfig /all\n\nDone <b>now</b>."
    )
