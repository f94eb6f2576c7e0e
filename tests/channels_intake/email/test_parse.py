"""Reading a mail: one real-shaped mail in tests/mail for each oddity."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from channels_intake.email.parse import Unreadable, to_envelope
from channels_intake.envelope import Envelope

MAILS = Path(__file__).parents[2] / "mail"


def read(name: str) -> Envelope:
    return to_envelope((MAILS / f"{name}.eml").read_bytes())


def files(name: str) -> list[tuple[str, str, bool]]:
    return [(file.name, file.content_type, file.inline) for file in read(name).attachments]


def test_a_plain_mail_becomes_an_envelope():
    envelope = read("plain_german")

    assert (envelope.channel, envelope.external_id) == ("email", "plain_german@kunde.example")
    assert (envelope.from_name, envelope.from_address) == ("Petra Lang", "petra.lang@kunde.example")
    assert envelope.subject == "Drucker druckt nicht"
    assert (
        envelope.text
        == "Guten Tag,\n\nder Drucker im zweiten Stock zieht kein Papier mehr ein.\n\nViele Grüße\nPetra Lang"
    )
    assert envelope.sent_at == datetime(2026, 3, 3, 8, 12, 44, tzinfo=UTC)
    assert envelope.to == ("support@firma.example",)
    assert not (envelope.auto_generated or envelope.auto_reply or envelope.bounce or envelope.notes)


@pytest.mark.parametrize("raw", [b"", b"\r\n \n", b"\x20"])
def test_an_empty_mail_is_unreadable(raw):
    with pytest.raises(Unreadable):
        to_envelope(raw)


def test_every_mail_is_read_without_an_exception():
    assert all(read(path.stem).channel == "email" for path in MAILS.glob("*.eml"))


# Charsets


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("unknown_charset", "Das Menü fehlt."),
        ("windows_1258", "Máy in bị kẹt giấy"),
        ("latin1_is_cp1252", "Das kostet 20 € – oder mehr."),
        ("gb2312_is_gb18030", "打印机坏了，镕基先生"),
        ("korean_ks_c_5601", "프린터가 뷁 멈췄어요"),
        ("japanese_vendor_characters", "①プリンター"),
        ("utf7", "Das Kühlregal ist leer - wirklich."),
        ("html_meta_charset", "Tiskárna nefunguje, příští týden"),
    ],
)
def test_text_is_decoded_whatever_its_charset_is_called(name, text):
    assert read(name).text == text


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("raw_utf8_header", "Schlüssel für Büro 3"),
        ("raw_latin1_header", "Schlüssel für Büro"),
        ("utf7", "Frühstück"),
        ("split_multibyte_words", "Grüße aus Köln und Umgebung"),
        ("broken_encoded_words", "a=ZZbok? =?utf-8?B?Qg"),
        ("folded_subject", "Der Drucker im zweiten Stock"),
        ("nul_bytes", "Nullim Betreff"),
        ("no_subject", ""),
    ],
)
def test_subjects_are_decoded_and_fit_one_line(name, subject):
    assert read(name).subject == subject


def test_undeclared_8_bit_names_keep_their_letters():
    assert read("raw_utf8_header").from_name == "Jörg Weiß"


def test_a_subject_of_ten_thousand_letters_is_capped():
    envelope = to_envelope(b"From: a@b.example\nSubject: " + b"x" * 10_000 + b"\n\ny")

    assert envelope.subject == "x" * 500


def test_nul_bytes_are_gone_everywhere():
    envelope = read("nul_bytes")

    assert "\x00" not in envelope.subject + envelope.text + envelope.full_text + envelope.html
    assert envelope.text == "vornach"


# Structure


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("empty_text_alternative", "Nur im HTML steht etwas."),
        ("list_footer_as_second_part", "Erster Teil.\n\nZweiter Teil."),
        ("boundary_never_seen", "Der Text steht trotzdem da."),
        ("missing_end_boundary", "Ohne Ende."),
        ("encoding_on_multipart", "Lesbar."),
        ("content_type_twice", "Einfach Text."),
        ("mbox_line_and_lf", "Mit Postfachzeile."),
        ("carriage_returns_only", "Eins.\nZwei."),
        ("stray_line_in_headers", "Text bleibt Text."),
        ("binary_base64_claims_text", "Das ist gar nicht kodiert, nur behauptet."),
        ("flowed_text", "Dieser Satz geht auf der nächsten Zeile weiter.\nDieser nicht."),
        ("signed", "Unterschrieben."),
    ],
)
def test_broken_structure_still_yields_the_text(name, text):
    assert read(name).full_text == text


def test_html_alone_becomes_readable_text_with_its_tables_lists_and_links():
    assert read("html_with_table_and_links").text == (
        "Bestellung\n\nSiehe unsere Liste <https://shop.example/b/7>:\n\nGerät\tZahl\nMaus\t3\n\n1. prüfen\n2. bestellen"
    )


def test_the_original_html_is_kept_for_showing():
    assert "<script>x()</script>" in read("html_with_table_and_links").html


@pytest.mark.parametrize("name", ["date_is_nonsense"])
def test_a_date_that_cannot_be_read_is_none(name):
    assert read(name).sent_at is None


def test_a_date_in_the_future_does_no_harm():
    assert read("date_in_the_future").sent_at == datetime(2087, 3, 3, 8, 12, 44, tzinfo=UTC)


# Senders


@pytest.mark.parametrize(
    ("name", "sender"),
    [
        ("empty_angle_before_address", ("Petra", "petra@kunde.example")),
        ("from_without_address", ("", "petra@kunde.example")),
        ("address_with_spaces", ("Petra Lang", "petra.lang@kunde.example")),
        ("comment_as_name", ("Petra (Lang)", "petra@kunde.example")),
        ("quoted_name_with_comma", ("Lang, Petra | Einkauf", "petra@kunde.example")),
        ("encoded_name", ("Jörg Weiß", "joerg@kunde.example")),
        ("no_from", ("", "")),
    ],
)
def test_the_first_usable_sender_is_found(name, sender):
    envelope = read(name)

    assert (envelope.from_name, envelope.from_address) == sender


def test_very_many_recipients_are_capped():
    assert len(read("many_recipients").cc) == 200


def test_what_decides_about_trust_is_kept_in_order():
    envelope = read("null_sender_and_trust")

    assert envelope.authentication_results == (
        "mx.firma.example; dmarc=pass header.from=kunde.example",
        "evil.example; dmarc=pass",
    )
    assert envelope.return_path == "petra.lang@kunde.example"
    assert envelope.delivered_to == ("support@firma.example",)
    assert envelope.language_hint == "de"


def test_the_thread_is_read_without_angle_brackets():
    envelope = read("reply_outlook_german")

    assert envelope.in_reply_to == ("ticket-12.x7@firma.example",)
    assert envelope.references == ("first@kunde.example", "ticket-12.x7@firma.example")


def test_a_mail_without_message_id_is_known_by_its_bytes():
    one, again, other = (
        to_envelope(raw).external_id for raw in (b"From: a@b.c\n\nx", b"From: a@b.c\n\nx", b"From: a@b.c\n\ny")
    )

    assert one == again != other
    assert one.startswith("sha256:")


# Machines


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("plain_german", set()),
        ("auto_submitted", {"auto_generated"}),
        ("auto_submitted_no", set()),
        ("second_precedence_is_bulk", {"auto_generated"}),
        ("suppresses_answers", {"auto_generated"}),
        ("mailing_list", {"auto_generated"}),
        ("out_of_office", {"auto_generated", "auto_reply"}),
        ("talks_about_out_of_office", set()),
        ("bounce_report", {"auto_generated", "bounce"}),
        ("bounce_as_text", {"auto_generated", "bounce"}),
        ("asks_about_a_bounce", set()),
        ("read_receipt", {"auto_generated", "auto_reply"}),
    ],
)
def test_machine_mail_is_told_from_people(name, kinds):
    envelope = read(name)

    assert {kind for kind in ("auto_generated", "auto_reply", "bounce") if getattr(envelope, kind)} == kinds


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("bounce_report", ("ticket-12.x7@firma.example", "first@kunde.example")),
        ("bounce_as_text", ("ticket-13.q@firma.example",)),
    ],
)
def test_a_bounce_names_the_mail_and_the_address_that_failed(name, ids):
    envelope = read(name)

    assert envelope.bounced_ids == ids
    assert envelope.bounced_addresses == ("weg@kunde.example",)


# Files


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("name_in_continuations", [("Rechnung für März 2026.pdf", "application/pdf", False)]),
        ("name_in_encoded_words", [("Rechnung März.pdf", "application/pdf", False)]),
        ("name_raw_8bit", [("Übersicht.pdf", "application/pdf", False)]),
        ("name_with_path", [("htaccess", "application/octet-stream", False)]),
        ("no_name", [("attachment-1.pdf", "application/pdf", False)]),
        ("attached_mail", [("Störung im Netz.eml", "message/rfc822", False)]),
        ("inline_picture_without_disposition", [("attachment-1.png", "image/png", True)]),
        ("inline_pdf", [("Plan.pdf", "application/pdf", False)]),
        ("html_named_as_picture", [("bild.png", "text/html", False)]),
        ("missing_end_boundary", [("bild.png", "image/png", False)]),
        ("signed", [("signature.asc", "application/pgp-signature", False)]),
        ("uuencoded_file", [("notiz.txt", "text/plain", False)]),
    ],
)
def test_files_are_named_typed_and_placed(name, expected):
    assert files(name) == expected


def test_an_attached_mail_stays_whole_and_out_of_the_text():
    envelope = read("attached_mail")

    assert envelope.full_text == "Siehe Anhang."
    assert envelope.attachments[0].data.startswith(b"From: x@y.example\r\n")
    assert envelope.attachments[0].data.endswith(b"--in--")


def test_a_picture_is_found_by_its_content_id():
    assert read("inline_picture_without_disposition").attachments[0].content_id == "Bild1@kunde"


def test_an_encrypted_mail_keeps_its_parts():
    envelope = read("encrypted")

    assert envelope.text == "This mail is encrypted; it can't be read here. Its parts are attached."
    assert [file.name for file in envelope.attachments] == ["attachment-1.asc", "encrypted.asc"]
    assert envelope.notes == ("encrypted_pgp",)


def test_a_winmail_dat_that_cannot_be_unpacked_is_kept_and_noted():
    envelope = read("winmail_dat")

    assert [file.name for file in envelope.attachments] == ["winmail.dat"]
    assert envelope.notes == ("winmail_dat",)


# Replies


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("reply_outlook_german", "Hat geklappt, danke."),
        ("reply_gmail_wrapped", "It works now."),
        ("reply_inline_answers", "Das LX 300.\n\nSeit gestern."),
    ],
)
def test_a_reply_shows_only_what_is_new(name, text):
    assert read(name).text == text


def test_the_whole_text_of_a_reply_stays_at_hand():
    envelope = read("reply_inline_answers")

    assert "> Welches Modell?" in envelope.full_text
    assert envelope.signature == "--\nPetra Lang\nEinkauf"


@pytest.mark.parametrize("name", ["forwarded_outlook", "forwarded_apple"])
def test_a_forwarded_mail_keeps_what_it_forwards(name):
    assert read(name).text.endswith("Die Rechnung ist falsch.")


# Less usual contents


def body(kind: str, content: bytes) -> Envelope:
    return to_envelope(
        f"From: a@b.example\r\nSubject: x\r\nContent-Language: en\r\nContent-Type: {kind}\r\n\r\n".encode() + content
    )


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("text/enriched", b"<bold>Hallo</bold> <<Welt>", "Hallo <Welt>"),
        ("text/rtf", b"{\\rtf1\\ansi Gr\\'fc\\'dfe}", "Grüße"),
        ("text/markdown", b"# Hallo", "# Hallo"),
        ("text/plain", "Здравствуйте, принтер на третьем этаже не работает. ".encode("cp1251") * 4, None),
    ],
)
def test_texts_of_other_kinds_are_read(kind, content, text):
    envelope = body(kind, content)

    assert envelope.text == text or envelope.text.startswith("Здравствуйте, принтер")
    assert envelope.attachments == ()


def test_a_mail_that_only_forwards_another_shows_it():
    envelope = body("message/rfc822", b"From: c@d.example\r\nSubject: Alte Frage\r\n\r\nWo ist er?")

    assert envelope.text == "From: c@d.example\nSubject: Alte Frage\n\nWo ist er?"
    assert [(one.name, one.content_type) for one in envelope.attachments] == [("Alte Frage.eml", "message/rfc822")]


def test_the_status_in_a_bounce_is_no_file():
    assert [one.content_type for one in read("bounce_report").attachments] == ["message/rfc822"]


def test_alternatives_for_some_programs_are_no_files():
    parts = b"--b\r\n\r\nText\r\n--b\r\nContent-Type: text/x-amp-html\r\n\r\n<html amp>\r\n--b--"

    assert body("multipart/alternative; boundary=b", parts).attachments == ()


def test_subjects_cannot_turn_their_letters_around():
    assert to_envelope("From: a@b.example\r\nSubject: a\u202etxt.exe\r\n\r\nx".encode()).subject == "atxt.exe"


@pytest.mark.parametrize(
    ("text", "markup", "shown"),
    [
        (
            "Diese Nachricht ist im HTML-Format. Bitte ein anderes Programm benutzen.",
            "<p>Guten Tag,</p><p>die Rechnung 4711 stimmt nicht. Bitte stornieren.</p><p>Viele Gr&uuml;&szlig;e aus K&ouml;ln, Petra</p>",
            "Guten Tag,\n\ndie Rechnung 4711 stimmt nicht. Bitte stornieren.\n\nViele Grüße aus Köln, Petra",
        ),
        ("Grüße aus Köln", "<p>Gr&uuml;&szlig;e aus <b>K&ouml;ln</b></p><p>Petra Lang, Vertrieb</p>", "Grüße aus Köln"),
        ("Schaden am Drucker, siehe Bild", "<p><img src='cid:bild'></p>", "Schaden am Drucker, siehe Bild"),
    ],
    ids=["excuse", "same words", "says more"],
)
def test_a_text_that_only_says_that_the_mail_is_html_gives_way_to_it(text, markup, shown):
    message = EmailMessage()
    message["From"], message["Subject"] = "petra@kunde.example", "Rechnung"
    message.set_content(text)
    message.add_alternative(markup, subtype="html")

    assert to_envelope(message.as_bytes()).full_text == shown


@pytest.mark.parametrize("prefix", ["Fwd:", "WG:", "Weitergeleitet:", "TR :", "PD:", "VL:", "转发："])
def test_a_forward_is_known_by_its_subject_in_many_languages(prefix):
    quoted = "Von: Otto <otto@x.example>\nGesendet: heute\nAn: Petra\nBetreff: Drucker\n\nEr brennt."
    raw = f"From: p@kunde.example\nSubject: {prefix} Drucker\nContent-Type: text/plain; charset=utf-8\n\nBitte.\n\n{quoted}"

    assert to_envelope(raw.encode()).text == f"Bitte.\n\n{quoted}"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (r'"Lang, Petra \"PL\"" <p@kunde.example>', 'Lang, Petra "PL"'),
        (r'Petra "PL" Lang <p@kunde.example>', 'Petra "PL" Lang'),
        (r'"\"Petra Lang\"" <p@kunde.example>', "Petra Lang"),
        (r"'Petra Lang' <p@kunde.example>", "Petra Lang"),
    ],
)
def test_quotes_within_a_name_stay_and_those_around_it_go(written, name):
    assert to_envelope(f"From: {written}\nSubject: x\n\nx".encode()).from_name == name


FORM = "Neue Anfrage\n\nVon: Petra Lang <p@k.example>\nAn: it@firma.example\nDatum: 3.3.2026\nBetreff: Drucker\n\nEr brennt."


@pytest.mark.parametrize("subject", ["Kontaktformular", "Antwort auf alles", "Reparatur: Drucker", "Rechnung: 5"])
def test_the_fields_of_a_form_are_no_quoted_mail(subject):
    envelope = to_envelope(f"From: form@k.example\nSubject: {subject}\n\n{FORM}".encode())

    assert envelope.text == FORM


@pytest.mark.parametrize(
    "head",
    [
        "Subject: Re: Drucker",
        "Subject: AW: Drucker",
        "Subject: Re[2]: Drucker",
        "Subject: RE : Drucker",
        "Subject: Odp: Drucker",
        "Subject: 回复：Drucker",
        "Subject: Drucker [#12]",
        "Subject: Drucker\nIn-Reply-To: <a@x>",
        "Subject: Drucker\nReferences: <a@x>",
    ],
)
def test_an_answer_is_known_by_its_subject_or_its_thread(head):
    envelope = to_envelope(f"From: form@k.example\n{head}\n\n{FORM}".encode())

    assert (envelope.text, envelope.full_text) == ("Neue Anfrage", FORM)


def test_marked_quotes_are_folded_in_any_mail():
    raw = b"From: p@k.example\nSubject: Drucker\n\nBitte lesen.\n\nAm 3.3.2026 um 9:12 schrieb X:\n> alt\n"

    assert to_envelope(raw).text == "Bitte lesen."


def test_a_space_before_the_colon_of_from_makes_no_mbox_line():
    envelope = to_envelope(b"From : p@k.example\nSubject : x\n\nHallo")

    assert (envelope.from_address, envelope.subject, envelope.text) == ("p@k.example", "x", "Hallo")


@pytest.mark.parametrize("kind", ["application/xml", "text/xml"])
def test_xml_without_a_name_is_named_as_such(kind):
    envelope = to_envelope(f"From: p@k.example\nSubject: x\nContent-Type: {kind}\n\n<a/>".encode())

    assert [file.name for file in envelope.attachments] == ["attachment-1.xml"]
