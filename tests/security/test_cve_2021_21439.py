"""
No mail costs more than linear work: URLs, Word HTML, addresses, encodings, quotes, links.

Also CVE-2026-48187, CVE-2024-48938 (Znuny), CVE-2014-9472, CVE-2014-1474, CVE-2015-7686 (RT), CVE-2021-41115 (Zulip), paperless.
"""

from collections.abc import Callable

import pytest

from channels_intake.email.parse import to_envelope
from helpdesk.lib import html
from tests.channels_intake.email.test_limits import calls

HEAD = b"From: a@b.example\r\nMessage-ID: <x@b.example>\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
TEXT = HEAD + b"Content-Type: text/plain\r\n\r\n"

BOMBS: dict[str, Callable[[int], bytes]] = {
    "url": lambda n: TEXT + b"http://" + b"a." * n + b" ",
    "urls": lambda n: TEXT + b"http://x.example/( " * n,
    "word html": lambda n: HTML + b"<!--[if mso]>" * n + b"<o:p></o:p>" * n,
    "conditional comments": lambda n: HTML + b"<![if !vml]>" * n,
    "address": lambda n: b"From: " + b"(" * n + b" a@b.example\r\nTo: " + b'"\\' * n + b"\r\n\r\nx",
    "address list": lambda n: HEAD + b"To: " + b"<" * n + b"\r\nCc: " + b"a@" * n + b"\r\n\r\nx",
    "encoded words": lambda n: HEAD + b"Subject: " + b"=?" * n + b"\r\n\r\nx",
    "encoded word": lambda n: HEAD + b"Subject: =?utf-8?Q?" + b"=" * n + b"?=\r\n\r\nx",
    "quoted": lambda n: TEXT + b">" * n + b"\r\n" + b"On " * n + b"wrote:\r\n",
    "entities": lambda n: HTML + b"&" * n,
    "attributes": lambda n: HTML + b"<p " + b"a=b " * n + b">",
    "unclosed": lambda n: HTML + b"<" * n,
    "nested": lambda n: HTML + b"<blockquote>" * n,
    "parameters": lambda n: HEAD + b"Content-Type: text/plain" + b"; a*0*=x" * n + b"\r\n\r\nx",
    "signature": lambda n: TEXT + b"-- \r\n" * n,
    "spaces": lambda n: TEXT + b" " * n + b"x" + b"\t \r\n" * n,
    "base64": lambda n: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=\r\n" * n,
    "dates": lambda n: HEAD + b"Date: " + b"Mon, " * n + b"\r\n\r\nx",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_twice_the_mail_is_about_twice_the_work(bomb: str) -> None:
    make = BOMBS[bomb]
    mails = [make(size) for size in (4_000, 8_000)]
    small, large = (calls(lambda raw=raw: to_envelope(raw)) for raw in mails)

    assert large < 2.6 * small + 5_000


@pytest.mark.parametrize("bomb", [name for name, make in BOMBS.items() if make(1).startswith(HTML)])
def test_and_showing_it_is_bounded(bomb: str) -> None:
    page = BOMBS[bomb](4_000).decode()
    small, large = (calls(lambda size=size: html.clean(page * size)) for size in (1, 2))

    assert large < 2.6 * small + 5_000


@pytest.mark.parametrize(
    "text", ["http://" + "a" * 50_000, "a@" * 30_000, "www." * 20_000, "x@y" + ".z" * 30_000, "(" * 60_000]
)
def test_making_links_of_plain_text_is_linear(text: str) -> None:
    small, large = (calls(lambda size=size: html.from_text(text * size)) for size in (1, 2))

    assert large < 2.6 * small + 1_000
