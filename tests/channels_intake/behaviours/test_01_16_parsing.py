"""Behaviours 1 to 16 of an e-mail intake: charsets, headers and structure, each as real mail breaks them."""

import base64

import pytest

from channels_intake.email.parse import to_envelope
from channels_intake.models import Arrival
from tests.channels_intake.mails import mail, receive
from tests.factories import NOW
from tickets.models import Message, Queue, Ticket

HEAD = b"From: Petra <petra@kunde.example>\r\nTo: support@helpdesk.example\r\nSubject: Drucker\r\n"


def part(content_type: str, body: bytes, *headers: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in (f"Content-Type: {content_type}", *headers))
    return lines.encode() + b"\r\n" + body + b"\r\n"


def multipart(kind: str, *parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    head = HEAD + f'MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary="b"\r\n\r\n'.encode()
    return head + b"".join(b"--b\r\n" + one for one in parts) + end


def test_01_headers_on_which_the_standard_parser_raises_are_read() -> None:
    envelope = to_envelope(
        b'Date: Mon, 99 Foo 2026 99:99:99 +9999\r\nMessage-ID: <[ab@c\r\nTo: a@b.example, <<>\r\nReply-To: "\r\n'
        b"Content-Type: text/plain; charset=\r\nContent-Disposition: ;;;=\r\n" + HEAD + b"\r\nHallo"
    )

    assert (envelope.from_address, envelope.subject, envelope.text) == ("petra@kunde.example", "Drucker", "Hallo")
    assert envelope.sent_at is None


def test_02_a_part_of_8_bit_bytes_keeps_its_bytes() -> None:
    raw = "Die Tür klemmt – für 20 €".encode("cp1252")
    file = bytes(range(256)).replace(b"\r", b"").replace(b"\n", b"")
    envelope = to_envelope(
        multipart(
            "mixed",
            part("text/plain; charset=windows-1252", raw, "Content-Transfer-Encoding: 8bit"),
            part("application/octet-stream; name=x.bin", file, "Content-Transfer-Encoding: binary"),
        )
    )

    assert envelope.text == "Die Tür klemmt – für 20 €"
    assert envelope.attachments[0].data == file


@pytest.mark.parametrize("charset", ["x-no-such-thing", "windows-1258-x", "utf-8; utf-8", '"', "136", "iso-8859-8-i"])
def test_03_an_unknown_charset_name_never_fails(charset: str) -> None:
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + "Prüfe das Büro".encode()

    assert to_envelope(raw).text == "Prüfe das Büro"


@pytest.mark.parametrize(
    ("declared", "real", "text"),
    [
        ("gb2312", "gb18030", "打印机镕坏了"),
        ("iso-8859-1", "cp1252", "„Preis“: 20 €"),
        ("ks_c_5601-1987", "cp949", "프린터가 뷁 멈췄어요"),
        ("us-ascii", "utf-8", "Grüße"),
        ("shift_jis", "cp932", "①髙橋"),
    ],
)
def test_04_a_declared_charset_may_lie(declared: str, real: str, text: str) -> None:
    raw = HEAD + f"Content-Type: text/plain; charset={declared}\r\n\r\n".encode() + text.encode(real)

    assert to_envelope(raw).text == text


def test_05_iso_2022_jp_with_vendor_characters_is_read() -> None:
    body = b"\x1b$B-!\x1b(B \x1b$B%W%j%s%?!<\x1b(B"  # a circled one, which the standard charset does not have
    envelope = to_envelope(HEAD + b"Content-Type: text/plain; charset=ISO-2022-JP\r\n\r\n" + body)

    assert envelope.text == "① プリンター"


@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
def test_06_undeclared_8_bit_headers_lose_no_letter(charset: str) -> None:
    head = "From: Jörg Müßig <joerg@kunde.example>\r\nSubject: Schlüssel für Büro\r\n".encode(charset)
    envelope = to_envelope(head + b"\r\nx")

    assert (envelope.from_name, envelope.subject) == ("Jörg Müßig", "Schlüssel für Büro")


def test_07_encoded_words_that_split_a_character_are_joined_first() -> None:
    whole = "Grüße".encode()
    first, second = (base64.b64encode(piece).decode() for piece in (whole[:3], whole[3:]))
    subject = f"Subject: =?utf-8?B?{first}?=\r\n =?utf-8?B?{second}?=\r\n".encode()

    assert to_envelope(b"From: a@b.example\r\n" + subject + b"\r\nx").subject == "Grüße"


@pytest.mark.parametrize(
    "word", ["=?utf-8?B?a=ZZ?=", "=?nope?Q?abc?=", "=?utf-8?X?abc?=", "=?utf-8?Q?=FF=FE?=", "=?=?=?="]
)
def test_08_undecodable_encoded_words_do_not_raise(word: str) -> None:
    envelope = to_envelope(f"From: a@b.example\r\nSubject: Hilfe {word}\r\n\r\nx".encode())

    assert envelope.subject.startswith("Hilfe")


@pytest.mark.parametrize(
    ("header", "begins"),
    [
        (b"Subject: Der Drucker\r\n im zweiten\r\n\tStock\r\n", "Der Drucker im zweiten Stock"),
        (b"Subject: " + b"x" * 10_000 + b"\r\n", "xxx"),
        (b"Subject: =?utf-8?Q?eins=0D=0ABcc:_b=40x.example?=\r\n", "eins Bcc: b@x.example"),
        (b"Subject: \x01\x02Hilfe\x7f\r\n", "Hilfe"),
        (b"Subject:\r\n", ""),
        (b"", ""),
    ],
)
def test_09_subjects_are_unfolded_freed_of_controls_capped_and_never_empty(
    queue: Queue, header: bytes, begins: str
) -> None:
    raw = b"From: petra@kunde.example\r\nMessage-ID: <s@kunde.example>\r\n" + header + b"\r\nDer Text"
    subject = receive(raw).ticket.subject

    assert subject.startswith(begins) and 0 < len(subject) <= 250
    assert not any(ord(character) < 32 or ord(character) == 127 for character in subject)


def test_10_nul_bytes_anywhere_reach_no_table(queue: Queue) -> None:
    raw = (
        b"From: Pe\x00tra <petra@kunde.example>\r\nMessage-ID: <nul\x00@x>\r\nSubject: Dru\x00cker\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nTe\x00xt\r\n'
        b'--b\r\nContent-Type: text/html\r\n\r\n<p>Te\x00xt\r\n--b\r\nContent-Type: image/png; name="a\x00b.png"\r\n\r\nx\r\n--b--'
    )
    taken = receive(raw)

    assert taken.outcome == "created"
    assert (taken.ticket.subject, taken.message.text.split()[0]) == ("Drucker", "Text")


def test_11_utf_7_is_read_in_headers_and_bodies() -> None:
    envelope = to_envelope(
        b"From: a@b.example\r\nSubject: =?utf-7?Q?Fr+APw-hst+APw-ck?=\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n"
        b"K+APw-hlschrank"
    )

    assert (envelope.subject, envelope.text) == ("Frühstück", "Kühlschrank")


def test_12_a_charset_in_meta_counts_and_an_empty_text_part_gives_way_to_html() -> None:
    page = '<html><head><meta charset="iso-8859-2"></head><body><p>Tiskárna, příští týden</p></body></html>'
    envelope = to_envelope(
        multipart("alternative", part("text/plain", b" \r\n"), part("text/html", page.encode("iso-8859-2")))
    )

    assert envelope.text == "Tiskárna, příští týden"


def test_13_several_text_parts_belong_together() -> None:
    envelope = to_envelope(
        multipart(
            "mixed",
            part("text/plain", b"Erster Teil."),
            part("image/png; name=a.png", b"x", "Content-Disposition: inline"),
            part("text/plain", b"Zweiter Teil."),
        )
    )

    assert "Erster Teil." in envelope.text and "Zweiter Teil." in envelope.text


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b'Content-Type: multipart/mixed; boundary="never"\r\n\r\nDer Text\r\n',
        multipart("mixed", part("text/plain", b"Der Text"), end=b""),
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nDer Text\r\n--b--",
        HEAD + b"Content-Type: text/plain\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDer Text",
        HEAD + b"Content-Type: multipart/mixed\r\n\r\nDer Text",
        HEAD + b"Content-Type: text\r\n\r\nDer Text",
        HEAD + b"Content-Transfer-Encoding: x-nothing\r\n\r\nDer Text",
    ],
    ids=["boundary never seen", "no end", "encoded multipart", "type twice", "no boundary", "no subtype", "encoding"],
)
def test_14_a_broken_structure_still_yields_its_text(raw: bytes) -> None:
    assert "Der Text" in to_envelope(raw).text


@pytest.mark.parametrize("date", ["", "Date: Fri, 01 Jan 2100 00:00:00 +0000\r\n", "Date: yesterday\r\n", "Date: \r\n"])
def test_15_a_mail_without_date_or_from_the_future_does_not_sort_to_the_top(queue: Queue, date: str) -> None:
    raw = b"From: petra@kunde.example\r\nMessage-ID: <d@kunde.example>\r\nSubject: x\r\n" + date.encode() + b"\r\nx"
    taken = receive(raw)

    assert taken.ticket.created_at == taken.message.created_at == NOW


@pytest.mark.parametrize("line_end", [b"\n", b"\r"])
def test_16_a_leading_mbox_line_and_bare_line_ends_are_accepted(queue: Queue, line_end: bytes) -> None:
    raw = b"From petra@kunde.example Mon Nov 23 10:00:00 2026\r\n" + mail(subject="Papierstau", text="Eins\nzwei")
    taken = receive(raw.replace(b"\r\n", b"\n").replace(b"\n", line_end))

    assert Ticket.objects.get().subject == "Papierstau"
    assert Message.objects.get(pk=taken.message.pk).text.split() == ["Eins", "zwei"]
    assert Arrival.objects.get().sender == "petra@kunde.example"
