"""Mails built to exhaust the reader: they end early, with a note, and with bounded work."""

import sys
from collections.abc import Callable

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_intake.email import limits
from channels_intake.email.notes import sentence
from channels_intake.email.parse import Unreadable, to_envelope
from channels_intake.email.structure import split_mail

HEAD = b"From: a@b.example\r\nSubject: x\r\n"
MIXED = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'


def calls(action: Callable[[], object]) -> int:
    """Count the Python calls an action makes: the same on every machine, unlike its time."""
    count = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


def test_ten_thousand_parts_are_enough():
    root, notes = split_mail(HEAD + MIXED + b"--b\r\n\r\nx\r\n" * 30_000)

    assert sum(1 for _ in root.walk()) == limits.PARTS
    assert notes == ["too_many_parts"]


def test_fifty_files_are_enough():
    envelope = to_envelope(HEAD + MIXED + b"--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n" * 60 + b"--b--")

    assert len(envelope.attachments) == limits.FILES
    assert envelope.notes == ("too_many_files:10",)


def test_parts_nested_too_deeply_stay_closed():
    nest = b"".join(b'Content-Type: multipart/mixed; boundary="n%d"\r\n\r\n--n%d\r\n' % (n, n) for n in range(600))

    envelope = to_envelope(HEAD + nest + b"\r\ndeep\r\n")

    assert envelope.notes == ("too_deep",)


def test_a_file_over_25_mb_is_left_out_by_name(monkeypatch):
    monkeypatch.setattr(limits, "FILE_BYTES", 1_000)
    part = b"--b\r\nContent-Type: application/zip; name=gross.zip\r\n\r\n" + b"x" * 2_000

    envelope = to_envelope(HEAD + MIXED + b"--b\r\n\r\nHallo\r\n" + part + b"\r\n--b--")

    assert (envelope.text, envelope.attachments, envelope.notes) == ("Hallo", (), ("file_too_large:gross.zip",))


def test_a_mail_over_40_mb_is_read_as_far_as_that(monkeypatch):
    monkeypatch.setattr(limits, "MAIL_BYTES", 1_000)

    envelope = to_envelope(HEAD + b"\r\n" + b"x" * 2_000)

    assert envelope.notes == ("mail_too_large",)
    assert len(envelope.text) < 1_000


def test_giant_headers_are_cut_and_the_body_still_read():
    envelope = to_envelope(HEAD + b"X-Filler: y\r\n" * 100_000 + b"\r\nHallo")

    assert envelope.notes == ("headers_cut",)
    assert envelope.text == "Hallo"


def test_five_thousand_links_are_replaced_by_a_note():
    envelope = to_envelope(HEAD + b"Content-Type: text/html\r\n\r\n" + b"<a href=http://x.example/>y</a> " * 6_000)

    assert envelope.notes == ("too_many_links",)
    assert "http" not in envelope.text


REPEATED = {
    "introductions": b"On 12 May 2011 a@b.example x wrote x:\r\nx\r\n",
    "answers between quotes": b"On 12 May 2011 a@b.example wrote:\r\n> x\r\nanswer:\r\n",
    "header blocks": b"From: a\r\nSent: b\r\n>\r\n",
    "device lines": b"sent from " + b"x, " * 60 + b"\r\n",
    "uuencode beginnings": b"begin 644 x\r\nM\r\nend\r\n",
    "dashes": b"- " * 150 + b"\r\n",
    "delimiters": b"--\r\n",
}


@pytest.mark.parametrize("line", REPEATED.values(), ids=REPEATED)
def test_twice_the_lines_are_at_most_about_twice_the_work(line):
    once, twice = (calls(lambda n=n: to_envelope(HEAD + b"\r\n" + line * n)) for n in (400, 800))

    assert twice < once * 2.5 + 1_000


WORST_HEADERS = [b"<", b'"', b"(,", b":", b"<,", b"=?a?q?", b"a@", b"\\", b"(", b"a=", b"*0*=", b" x", b"=?utf-8?b?="]


@pytest.mark.parametrize("piece", WORST_HEADERS)
@pytest.mark.parametrize(
    "name", [b"To", b"References", b"Content-Type", b"Content-Disposition", b"Received", b"X-Trace"]
)
def test_headers_that_repeat_one_piece_are_read_in_linear_work(name, piece):
    raw = b"From: a@b.example\r\n" + name + b": text/plain; " + piece * 20_000 + b"\r\n\r\nHallo"

    assert calls(lambda: to_envelope(raw)) < 800_000


def test_lines_beyond_the_scanned_ones_are_not_lost():
    text = b"line\r\n" * 3_000

    assert to_envelope(HEAD + b"\r\n" + text).text.count("line") == 3_000


@pytest.mark.parametrize(
    "charset", ["idna", "punycode", "unicode_escape", "undefined", "rot13", "hex", "utf-8\x00", "x" * 500]
)
def test_codecs_that_are_no_charsets_are_refused(charset):
    envelope = to_envelope(
        HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + b"xn--a \\u0041 b\xfcro"
    )

    assert envelope.text == "xn--a \\u0041 büro"


def test_notes_have_sentences():
    with override("en"):
        assert sentence("file_too_large:gross.zip") == "A file larger than 25 MB was left out. (gross.zip)"


PIECES = st.sampled_from(
    [
        b"From: ", b"To: ", b"Subject: ", b"Content-Type: ", b"multipart/mixed; boundary=b", b"text/html; charset=", b"utf-7", b"iso-2022-jp",
        b"message/rfc822", b"multipart/digest;boundary=\"b\"", b"Content-Transfer-Encoding: base64", b"Content-Disposition: attachment; filename*0*=",
        b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"--b\r\n", b"--b--\r\n", b"=?utf-8?B?", b"?=", b"<", b">", b"@", b"(", b'"', b";", b"=", b"%E4", b"\x00",
        b"\xff\xfe", b"> ", b"On 1.1.2020 X wrote:\n", b"begin 644 a\n", b"\nend\n", b"<blockquote>", b"&#x1F;", b"Date: ", b"99 Foo 99999 99:99 +9999",
        b"Message-ID: <", b"format=flowed; delsp=yes", b"\x1b$B", b"+AGE-", b"References: ", b"Return-Path: <>", b"multipart/report; report-type=delivery-status",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=12)), min_size=1, max_size=60))
def test_no_bytes_make_it_raise(pieces):
    raw = b"".join(pieces)
    try:
        envelope = to_envelope(raw)
    except Unreadable:
        assert not raw.strip()
        return

    texts = (
        envelope.subject,
        envelope.from_name,
        envelope.from_address,
        envelope.text,
        envelope.full_text,
        envelope.html,
    )
    assert not any("\x00" in text for text in texts)
    assert not any(char in envelope.subject + envelope.from_address for char in "\r\n")
    assert all(file.name and "/" not in file.name for file in envelope.attachments)
    "".join(texts).encode()


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=400))
def test_pure_noise_does_not_raise_either(noise):
    try:
        to_envelope(b"From: a@b.example\r\nContent-Type: " + noise)
    except Unreadable:
        raise AssertionError("there was something to read") from None
