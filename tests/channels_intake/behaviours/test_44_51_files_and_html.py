"""Behaviours 44 to 51 of an e-mail intake: files, HTML, and what is quoted."""

import base64
from email.message import EmailMessage

import pytest

from channels_intake.email.parse import to_envelope
from helpdesk.lib import html
from tests.channels_intake.mails import receive
from tickets.models import Attachment, Queue

HEAD = b"From: petra@kunde.example\r\nMessage-ID: <f@kunde.example>\r\nSubject: Datei\r\nMIME-Version: 1.0\r\n"


def with_parts(*parts: bytes, kind: str = "mixed") -> bytes:
    head = HEAD + f'Content-Type: multipart/{kind}; boundary="b"\r\n\r\n'.encode()
    return head + b"".join(b"--b\r\n" + one + b"\r\n" for one in parts) + b"--b--\r\n"


TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\nSiehe Anhang."


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Content-Disposition: attachment; filename*0*=utf-8''Pr%C3%BC; filename*1=fung.pdf", "Prüfung.pdf"),
        ('Content-Disposition: attachment; filename="=?utf-8?Q?Pr=C3=BCfung=2Epdf?="', "Prüfung.pdf"),
        ('Content-Disposition: attachment; filename="Prüfung.pdf"', "Prüfung.pdf"),
        ('Content-Disposition: attachment; filename="../../etc/passwd"', "passwd"),
        ('Content-Disposition: attachment; filename="C:\\\\Users\\\\x\\\\a.txt"', "a.txt"),
        ('Content-Disposition: attachment; filename="a\u200b.htaccess\u202e"', "a.htaccess"),
        ('Content-Disposition: attachment; filename="=?utf-8?Q?a=0D=0AX:_b.txt?="', "b.txt"),
    ],
)
def test_44_file_names_are_read_and_harmless(queue: Queue, header: str, name: str) -> None:
    receive(with_parts(TEXT, header.encode() + b"\r\nContent-Type: application/octet-stream\r\n\r\nx"))

    stored = Attachment.objects.get().name
    assert stored.endswith(name)
    assert not any(character in stored for character in "\r\n/\\\u200b\u202e")


def test_44_files_without_a_name_or_with_the_same_one_are_all_kept(queue: Queue) -> None:
    receive(
        with_parts(
            TEXT,
            b"Content-Type: application/pdf\r\n\r\neins",
            b"Content-Type: application/pdf; name=a.pdf\r\n\r\nzwei",
            b"Content-Type: application/pdf; name=a.pdf\r\n\r\ndrei",
        )
    )

    assert Attachment.objects.count() == 3
    assert all(Attachment.objects.values_list("name", flat=True))


def test_45_an_attached_mail_is_one_file_named_after_its_subject_and_stays_out_of_the_text() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "x@y.example", "Rechnung 17"
    inner.set_content("Innerer Text")
    inner.add_attachment(b"inneres", "application", "pdf", filename="inner.pdf")
    envelope = to_envelope(with_parts(TEXT, b"Content-Type: message/rfc822\r\n\r\n" + inner.as_bytes()))

    assert envelope.text == "Siehe Anhang."
    assert [file.name for file in envelope.attachments] == ["Rechnung 17.eml"]
    assert b"inner.pdf" in envelope.attachments[0].data


def test_46_a_content_id_makes_a_picture_inline_but_not_a_pdf() -> None:
    envelope = to_envelope(
        with_parts(
            b'Content-Type: text/html\r\n\r\n<p>Hier <img src="cid:pic@x"></p>',
            b"Content-Type: image/png; name=p.png\r\nContent-ID: <pic@x>\r\n\r\n\x89PNG\r\n\x1a\n",
            b"Content-Type: application/pdf; name=d.pdf\r\nContent-ID: <doc@x>\r\nContent-Disposition: inline\r\n\r\n%PDF-1.4",
            kind="related",
        )
    )
    picture, document = envelope.attachments

    assert (picture.name, picture.inline, picture.content_id) == ("p.png", True, "pic@x")
    assert (document.name, document.inline) == ("d.pdf", False)


def tnef(name: str, data: bytes, body: str) -> bytes:
    """Write a minimal TNEF stream with a plain body and one file."""

    def attribute(level: int, kind: int, value: bytes) -> bytes:
        check = sum(value) & 0xFFFF
        return (
            bytes([level])
            + kind.to_bytes(4, "little")
            + len(value).to_bytes(4, "little")
            + value
            + check.to_bytes(2, "little")
        )

    return (
        (0x223E9F78).to_bytes(4, "little")
        + (1).to_bytes(2, "little")
        + attribute(1, 0x00089006, (0x00010000).to_bytes(4, "little"))  # version
        + attribute(1, 0x0002800C, body.encode("cp1252") + b"\x00")  # body
        + attribute(2, 0x00069002, b"\x01\x00" + b"\xff" * 4 + b"\x00" * 8)  # a file begins
        + attribute(2, 0x00018010, name.encode("cp1252") + b"\x00")  # its name
        + attribute(2, 0x0006800F, data)  # its bytes
    )


def test_47_winmail_dat_is_unpacked() -> None:
    packed = base64.encodebytes(tnef("Angebot.pdf", b"%PDF-1.4 Angebot", "Text aus Outlook"))
    envelope = to_envelope(
        with_parts(
            b"Content-Type: text/plain\r\n\r\n",
            b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + packed,
        )
    )

    assert ("Angebot.pdf", b"%PDF-1.4 Angebot") in [(file.name, file.data) for file in envelope.attachments]
    assert "Text aus Outlook" in envelope.text


def test_47_a_winmail_dat_that_cannot_be_unpacked_is_kept() -> None:
    broken = b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n\x78\x9f\x3e\x22kaputt"
    envelope = to_envelope(with_parts(TEXT, broken))

    assert [file.name for file in envelope.attachments] == ["winmail.dat"]
    assert envelope.notes


def test_48_a_signed_mail_shows_its_text_and_keeps_its_signature() -> None:
    raw = HEAD + (
        b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\nSigniert.\r\n"
        b"--b\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\nx\r\n--b--"
    )
    envelope = to_envelope(raw)

    assert envelope.text == "Signiert."
    assert [file.name for file in envelope.attachments] == ["signature.asc"]
    assert any("signed" in note for note in envelope.notes)


def test_48_an_encrypted_mail_is_a_ticket_with_its_parts(queue: Queue) -> None:
    raw = HEAD + (
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
        b"--b\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----\r\nx\r\n--b--"
    )
    taken = receive(raw)

    assert taken.outcome == "created"
    assert "encrypted.asc" in taken.message.attachments.values_list("name", flat=True)
    assert any("encrypted" in note for note in taken.message.notes)


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
        '<a href="jav&#x09;ascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        "<form action=https://x.example><input name=password></form>",
        '<meta http-equiv=refresh content="0;url=https://x.example">',
        "<base href=https://x.example/>",
        '<p style="background:url(https://x.example/p)">x</p>',
        '<img src="https://x.example/pixel.gif">',
    ],
)
def test_49_nothing_of_a_mail_runs_or_loads(evil: str) -> None:
    shown = str(html.clean(f"<p>Hallo</p>{evil}")).lower()

    assert shown.startswith("<p>hallo</p>")
    for harm in (
        "<script",
        "onerror",
        "onload",
        "<svg",
        "<math",
        "javascript",
        "data:",
        "<form",
        "<meta",
        "<base",
        "url(",
        "https://x",
    ):
        assert harm not in shown


@pytest.mark.parametrize(
    "mark",
    [
        "-------- Weitergeleitete Nachricht --------",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
    ],
)
def test_50_a_forwarded_mail_keeps_its_content(mark: str) -> None:
    text = f"Bitte kümmern.\n\n{mark}\nVon: Otto <otto@x.example>\nBetreff: Störung\nDatum: 1.11.2026\nAn: p@x.example\n\nDer Server steht."
    envelope = to_envelope(
        HEAD.replace(b"Datei", b"WG: Stoerung") + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()
    )

    assert "Bitte kümmern." in envelope.text and "Der Server steht." in envelope.text


def test_50_a_reply_is_stripped_and_its_whole_text_kept() -> None:
    text = "Danke, geht.\n\nAm 23.11.2026 um 10:00 schrieb Anna Agent:\n> Bitte neu starten."
    envelope = to_envelope(HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode())

    assert envelope.text == "Danke, geht."
    assert "Bitte neu starten." in envelope.full_text


@pytest.mark.parametrize(
    "quoted",
    [
        "Am 23.11.2026 um 10:00 schrieb Anna Agent <anna@helpdesk.example>:\n> Bitte neu starten.",
        "Am Montag, 23. November 2026 um 10:00:12 MEZ schrieb Anna Agent\n<anna@helpdesk.example>:\n\n> Bitte neu starten.",
        "-----Ursprüngliche Nachricht-----\nVon: Anna Agent\nGesendet: Montag, 23. November 2026 10:00\nAn: Petra\n"
        "Betreff: Re: Drucker\n\nBitte neu starten.",
        "Von: Anna Agent <anna@helpdesk.example>\nGesendet: Montag, 23. November 2026 10:00\nAn: Petra\nBetreff: Re: Drucker\n\n"
        "Bitte neu starten.",
        "________________________________\nVon: Anna Agent\nGesendet: Montag, 23. November 2026 10:00\nAn: Petra\n"
        "Betreff: Re: Drucker\n\nBitte neu starten.",
    ],
    ids=["am", "over two lines", "original message", "block", "line and block"],
)
def test_51_german_quote_headers_are_known(quoted: str) -> None:
    raw = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + f"Das hat geholfen.\n\n{quoted}".encode()

    assert to_envelope(raw).text == "Das hat geholfen."
