"""CVE-2026-22200 (osTicket): a `php://` address in a ticket's HTML read files of the server on the way into a PDF."""

import socket
from pathlib import Path

import pytest
from django.conf import settings

from helpdesk.lib.html import clean, clean_document
from tests.security.armed import LETTER, armed
from tests.security.conftest import Places

ADDRESSES = [
    "php://filter/resource=/etc/passwd",
    "file:///etc/passwd",
    "expect://id",
    "http://127.0.0.1:1/",
    "gopher://x/",
]
TAGS = [
    "<img src='{}'>",
    "<a href='{}'>x</a>",
    "<link rel=attachment href='{}'>",
    "<p style='background:url({})'>x</p>",
]
TAGS += ["<svg><image href='{}'/></svg>", "<iframe src='{}'></iframe>", "<object data='{}'></object>", "<?xml {}?>"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("tag", TAGS)
def test_no_address_of_the_server_survives(tag: str, address: str) -> None:
    html = clean(tag.replace("{}", address)) + clean_document(tag.replace("{}", address))

    assert armed(html, allowed=LETTER) == []
    assert not any(word in html for word in ("php:", "file:", "expect:", "gopher:", "passwd"))


def test_showing_a_mail_asks_nobody(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    ours = socket.socket.connect

    def connect(self: socket.socket, address: object) -> object:
        if self.family != socket.AF_UNIX:
            asked.append(address)
        return ours(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    shown = places("html", "<p>Hello</p>" + "".join(tag.replace("{}", ADDRESSES[3]) for tag in TAGS))

    assert len(shown) > 15
    assert asked == []


def test_nothing_here_renders_pages_on_the_server() -> None:
    locked = Path(settings.BASE_DIR, "requirements", "runtime.txt").read_text().lower()

    assert "nh3==" in locked
    assert [
        name for name in ("weasyprint", "mpdf", "wkhtml", "pdfkit", "xhtml2pdf", "reportlab") if name in locked
    ] == []
