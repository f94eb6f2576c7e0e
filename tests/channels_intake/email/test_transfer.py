"""Base64 as it arrives: whole, broken, claimed, and with plain text below it."""

import base64

import pytest

from channels_intake.email.parse import to_envelope

TEXT = "Größe passt nicht. Bitte umtauschen, der Drucker druckt seit gestern nur noch halbe Seiten!"


def said(body: bytes) -> str:
    head = (
        b"From: p@kunde.example\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return to_envelope(head + body).full_text


@pytest.mark.parametrize("cut", [0, 1, 2], ids=["one pad", "two pads", "no pad"])
@pytest.mark.parametrize(
    "footer", ["--\r\nGesendet an die Liste alle@kunde.example", "____\r\nusers mailing list\r\nusers"]
)
def test_plain_text_below_base64_stays_text(cut: int, footer: str) -> None:
    text = TEXT[: len(TEXT) - cut]
    coded = base64.encodebytes(text.encode()).replace(b"\n", b"\r\n")

    shown = said(coded + b"\r\n" + footer.encode())

    assert shown.startswith(text)
    assert shown.split() == [*text.split(), *footer.split()]


def test_junk_between_the_lines_of_base64_is_skipped() -> None:
    lines = base64.encodebytes(TEXT.encode()).replace(b"\n", b"\r\n!\r\n")

    assert said(lines) == TEXT


@pytest.mark.parametrize("text", ["Hallo\r\ndas ist kein Base64.", "Nur Text, der es behauptet.", "Guten Tag"])
def test_plain_text_that_claims_to_be_base64_stays(text: str) -> None:
    assert said(text.encode()) == text.replace("\r\n", "\n")
