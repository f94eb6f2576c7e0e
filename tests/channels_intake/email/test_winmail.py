"""winmail.dat is unpacked: Outlook's files and words come out, and nothing is lost where that fails."""

import base64
import struct
from email import message_from_bytes

import pytest
import tnefparse

from channels_intake.email import rtf, tnef
from channels_intake.email.parse import to_envelope
from channels_intake.envelope import Envelope
from tests.channels_intake.email.test_limits import calls
from tests.channels_intake.email.tnef_streams import EMBEDDED, PNG, file, message, stream, thing

HTML = b'<html><body>Sch\xf6ne Gr\xfc\xdfe <img src="cid:bild1@x"></body></html>'
RTF = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}{\colortbl;\red0\green0\blue0;}"
    rb"\pard Der Drucker im B\'fcro\par {\b streikt} \u8364?5{\*\generator Riched20;}\par}"
)
WRAPPED = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\fonttbl{\f0 Arial;}}"
    rb"{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Gr\'fc\'dfe{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 "
    rb"{\*\htmltag92 <b>}\htmlrtf {\b \htmlrtf0 sehr{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}}"
)


def mail(packed: bytes, *, text: str = "", kind: str = "application/ms-tnef", name: str = "winmail.dat") -> Envelope:
    return to_envelope(
        b"From: petra@kunde.example\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode() + b"\r\n--b\r\n"
        + f'Content-Type: {kind}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'.encode()
        + base64.encodebytes(packed) + b"\r\n--b--\r\n"
    )  # fmt: skip


def stored(words: bytes) -> bytes:
    """Write rich text as if compressed, without compressing it."""
    return struct.pack("<II4sI", len(words) + 12, len(words), b"MELA", 0) + words


def names(envelope: Envelope) -> list[tuple[str, str, bool]]:
    return [(one.name, one.content_type, one.inline) for one in envelope.attachments]


def test_the_files_in_winmail_dat_stand_in_its_place():
    packed = stream(file("Übersicht für März.pdf", b"%PDF-1.4 x\0\0"), file("liste.csv", b"a;b"))

    envelope = mail(packed, text="Anbei.")

    assert names(envelope) == [
        ("Übersicht für März.pdf", "application/pdf", False),
        ("liste.csv", "text/csv", False),
    ]
    assert envelope.attachments[0].data == b"%PDF-1.4 x\0\0"
    assert (envelope.text, envelope.notes) == ("Anbei.", ())


def test_the_streams_of_these_tests_are_real_ones():
    packed = stream(message(p1000="Hallo"), file("liste.csv", b"a;b"))

    read = tnefparse.TNEF(packed)

    assert read.body == "Hallo"
    assert [(one.long_filename(), one.data) for one in read.attachments] == [("liste.csv", b"a;b")]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("application/ms-tnef", "x.bin"),
        ("application/vnd.ms-tnef", ""),
        ("application/octet-stream", "WINMAIL.DAT"),
        ("application/octet-stream", "ATT00001"),
    ],
)
def test_it_is_known_by_type_name_or_content(kind, name):
    assert names(mail(stream(file("a.csv", b"a;b")), kind=kind, name=name)) == [("a.csv", "text/csv", False)]


@pytest.mark.parametrize(
    ("packed", "text"),
    [
        (message(p1000="Schöne Grüße"), "Schöne Grüße"),
        (thing(1, 0x800C, b"Sch\xf6ne Gr\xfc\xdfe\0"), "Schöne Grüße"),
        (message(p1013=HTML, p3fde=28591), "Schöne Grüße"),
        (message(p1009=stored(RTF)), "Der Drucker im Büro\nstreikt €5"),
        (message(p1009=stored(WRAPPED)), "Grüße sehr"),
    ],
    ids=["property", "object", "html", "rich text", "html in rich text"],
)
def test_its_words_become_the_text_of_a_mail_without_any(packed, text):
    envelope = mail(stream(packed, file("a.csv", b"a")))

    assert envelope.text == text
    assert [one.name for one in envelope.attachments] == ["a.csv"]


def test_words_of_the_mail_s_own_are_preferred():
    assert mail(stream(message(p1000="Anders")), text="Original").text == "Original"


def test_a_picture_in_the_packed_html_is_shown_in_place():
    envelope = mail(stream(message(p1013=HTML, p3fde=1252), file("bild.png", PNG, p3712="bild1@x", p370e="image/png")))

    assert names(envelope) == [("bild.png", "image/png", True)]
    assert envelope.attachments[0].content_id == "bild1@x"
    assert 'src="cid:bild1@x"' in envelope.html


def test_an_embedded_message_becomes_a_mail_of_its_own():
    inner = stream(message(p0037="Alte Frage", p1000="Wo ist er?"), file("a.csv", b"a;b"))

    envelope = mail(stream(file("Alte Frage", b"", p3701=EMBEDDED + inner)), text="Siehe unten")

    assert [(one.name, one.content_type) for one in envelope.attachments] == [("Alte Frage.eml", "message/rfc822")]
    mail_in_it = message_from_bytes(envelope.attachments[0].data)
    assert mail_in_it["Subject"] == "Alte Frage"
    assert b"Wo ist er?" in envelope.attachments[0].data
    assert b"a.csv" in envelope.attachments[0].data


@pytest.mark.parametrize(
    "packed",
    [b"", b"x\x9f\x3e\x22", b"no stream at all", stream(message(p1000="Hallo")[:-20])],
    ids=["empty", "signature only", "something else", "cut"],
)
def test_what_can_not_be_read_in_full_stays_as_it_came(packed):
    envelope = mail(packed, text="Anbei.")

    assert ("winmail.dat", packed) in [(one.name, one.data) for one in envelope.attachments]
    assert envelope.text == "Anbei."


def test_a_stream_that_is_cut_is_noted_and_yields_what_came_before():
    packed = stream(file("a.csv", b"a;b"), file("b.csv", b"c;d" * 100))[:-200]

    envelope = mail(packed, text="Anbei.")

    assert [one.name for one in envelope.attachments] == ["winmail.dat", "a.csv", "b.csv"]
    assert envelope.notes == ("winmail_dat",)


def test_names_from_the_stream_are_cleaned():
    assert names(mail(stream(file("..\\..\\etc/passwd\0.csv", b"x"))))[0][0] == "passwd.csv"


@pytest.mark.parametrize(
    "packed",
    [
        stream(thing(1, 0x9003, struct.pack("<I", 0xFFFFFFFF) + b"\x02\x10\x37\0\xff\xff\xff\xff" * 2_000)),
        stream(thing(1, 0x9003, struct.pack("<I", 0xFFFFFFFF) + struct.pack("<HHI", 0x101E, 0x37, 0xFFFFFFFF))),
        stream(*[thing(2, 0x9002, b"")] * 5_000),
        stream(*[thing(1, 0x8004, b"x")] * 50_000),
        stream(message(p1009=struct.pack("<II4sI", 99, 0x7FFFFFFF, b"LZFu", 0) + b"\xff\0\x1f" * 5_000)),
    ],
    ids=["many values", "endless list", "many files", "many objects", "rich text that swells"],
)
def test_counts_in_the_stream_are_not_believed(packed):
    assert calls(lambda: tnef.unpack(packed)) < 400_000


def test_compressed_rich_text_is_read():
    # the second example of the format's specification: "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    packed = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")

    assert rtf.decompress(packed) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_compressed_rich_text_of_the_specification_s_first_example_is_read():
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )

    assert rtf.decompress(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
