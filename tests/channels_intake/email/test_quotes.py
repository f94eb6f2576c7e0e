"""Splitting replies, in the words of many mail programs."""

import pytest

from channels_intake.email.quotes import split_reply

INTRODUCTIONS = {
    "apple en": "On 3 Mar 2026, at 09:12, Support <support@firma.example> wrote:",
    "gmail en": "On Tue, Mar 3, 2026 at 9:12 AM Support <support@firma.example> wrote:",
    "gmail en wrapped": "On Tue, Mar 3, 2026 at 9:12 AM Support of the Firma GmbH\n<support@firma.example> wrote:",
    "thunderbird de": "Am 03.03.26 um 09:12 schrieb Support:",
    "thunderbird en": "On 03/03/2026 09:12, Support wrote:",
    "apple de": "Am 03.03.2026 um 09:12 schrieb Support <support@firma.example>:",
    "gmail de wrapped": "Am Di., 3. März 2026 um 09:12 Uhr schrieb Support der Firma <\nsupport@firma.example>:",
    "android de": "Support <support@firma.example> schrieb am Di., 3. März 2026, 09:12:",
    "k9 de": "Am 3. März 2026 09:12:44 MEZ schrieb Support <support@firma.example>:",
    "outlook de": "-----Ursprüngliche Nachricht-----\nVon: Support\nGesendet: Dienstag, 3. März 2026 09:12\nAn: Petra\nBetreff: x",
    "outlook de block": "Von: Support <support@firma.example>\nGesendet: Dienstag, 3. März 2026 09:12\nAn: Petra Lang\nBetreff: x",
    "outlook mobile": "________________________________\nVon: Support <support@firma.example>\nGesendet: Dienstag\nAn: Petra\nBetreff: x",
    "outlook en": "-----Original Message-----\nFrom: Support\nSent: Tuesday\nTo: Petra\nSubject: x",
    "outlook en bold": "*From:* Support <support@firma.example>\n*Sent:* Tuesday\n*To:* Petra\n*Subject:* x",
    "gmx de": "Gesendet: Dienstag, 03. März 2026 um 09:12 Uhr\nVon: Support <support@firma.example>\nAn: petra@kunde.example\nBetreff: x",
    "yahoo de": "Support <support@firma.example> schrieb am 9:12 Dienstag, 3.März 2026:",
    "fr": "Le mar. 3 mars 2026 à 09:12, Support <support@firma.example> a écrit :",
    "es": "El mar, 3 mar 2026 a las 9:12, Support (<support@firma.example>) escribió:",
    "it": "Il giorno mar 3 mar 2026 alle ore 09:12 Support <support@firma.example> ha scritto:",
    "nl": "Op di 3 mrt 2026 om 09:12 schreef Support <support@firma.example>:",
    "pl": "wt., 3 mar 2026 o 09:12 Support <support@firma.example> napisał(a):",
    "pt": "Em ter., 3 de mar. de 2026 às 09:12, Support <support@firma.example> escreveu:",
    "sv": "Den tis 3 mars 2026 kl 09:12 skrev Support <support@firma.example>:",
    "da": "Den tirs. 3. mar. 2026 kl. 09.12 skrev Support <support@firma.example>:",
    "nb": "tir. 3. mar. 2026 kl. 09:12 skrev Support <support@firma.example>:",
    "fi": "ti 3. maalisk. 2026 klo 9.12 Support (support@firma.example) kirjoitti:",
    "cs": "út 3. 3. 2026 v 9:12 odesílatel Support <support@firma.example> napsal:",
    "ru": "вт, 3 мар. 2026 г. в 09:12, Support <support@firma.example>:",
    "stamp only": "2026-03-03 9:12 GMT+01:00 Support <support@firma.example>:",
}


@pytest.mark.parametrize("introduction", INTRODUCTIONS.values(), ids=INTRODUCTIONS)
@pytest.mark.parametrize("mark", ["", "> "], ids=["bare", "marked"])
def test_what_follows_an_introduction_is_quoted(introduction, mark):
    reply = split_reply(f"Hat geklappt.\n\n{introduction}\n\n{mark}Bitte neu starten.\n{mark}Danke.\n")

    assert reply.new == "Hat geklappt."
    assert "Bitte neu starten." in reply.quoted


@pytest.mark.parametrize(
    "text",
    [
        "Am Montag schrieb ich schon einmal: nichts geschah.\nJetzt wieder.",
        "On Monday I wrote to you:\nthe printer is broken.\nStill is.",
        "Von: Berlin nach Hamburg\nIch brauche eine Fahrkarte.",
        "An: alle\n\nWir brauchen Toner.",
        "Es geht nicht:\nFehler 0x80070005\nBitte helfen.",
        "On your remote host you can run:\n\ntelnet 127.0.0.1 52698\n\nIt should connect.",
        ">>> Sonderangebot <<<\nJetzt zugreifen",
        "Um 09:15 kam die Meldung von info@kunde.example:\nPostfach voll",
    ],
)
def test_sentences_that_look_like_introductions_stay(text):
    assert split_reply(text).new == text


@pytest.mark.parametrize(
    "line",
    [
        "##- Please type your reply above this line -##",
        "--- Reply above this line ---",
        "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein -##",
        "----- Bitte antworten Sie über dieser Linie -----",
    ],
)
def test_what_follows_the_line_to_answer_above_is_quoted(line):
    reply = split_reply(f"Hat geklappt.\n\n{line}\n\nBitte neu starten.\n")

    assert (reply.new, reply.quoted) == ("Hat geklappt.", f"{line}\n\nBitte neu starten.")


def test_a_sentence_about_a_line_above_stays():
    text = "- Der Fehler steht über dieser Zeile\n- die Uhr geht nach"

    assert split_reply(text).new == text


def test_an_angle_bracket_alone_on_the_next_line_ends_the_introduction():
    introduction = 'Am 3.3.2026 17:48 schrieb "Support" <support@firma.example\n>:'

    assert split_reply(f"Geht.\n\n{introduction}\n\n> Bitte\n").new == "Geht."


def test_answers_between_quotes_are_the_author_s():
    reply = split_reply("Hallo,\n\nAm 3.3.26 schrieb X:\n> Modell?\nLX 300\n\n> Seit wann?\nGestern\n")

    assert reply.new == "Hallo,\n\nLX 300\n\nGestern"


def test_an_answer_below_the_quote_is_found():
    assert split_reply("Am 3.3.26 um 8:00 schrieb X:\n> Modell?\n> Danke\n\nEin LX 300.\n").new == "Ein LX 300."


@pytest.mark.parametrize(
    "heading",
    [
        "---------- Forwarded message ---------",
        "-------- Weitergeleitete Nachricht --------",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
        "---------- Message transféré ----------",
    ],
)
def test_what_is_forwarded_stays(heading):
    text = f"Zur Kenntnis.\n\n{heading}\nVon: Otto <otto@x.example>\nGesendet: heute\nAn: Petra\nBetreff: x\n\nInhalt"

    assert split_reply(text).new == text


def test_a_block_of_headers_stays_when_the_mail_is_a_forward():
    text = "Bitte.\n\nVon: Otto <otto@x.example>\nGesendet: heute\nAn: Petra\nBetreff: x\n\nInhalt"

    assert split_reply(text, forwarded=True).new == text


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nPetra Lang\nEinkauf",
        "--\nPetra Lang",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Gesendet mit der GMX Mail App",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit WEB.DE Mail gesendet.",
        "Envoyé de mon iPhone",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Holen Sie sich Outlook für Android",
        "_______________________________________________\nusers mailing list\nusers@list.example",
    ],
)
def test_signatures_are_split_off(signature):
    reply = split_reply(f"Es geht wieder.\n\n{signature}\n")

    assert (reply.new, reply.signature) == ("Es geht wieder.", signature.replace("-- \n", "--\n"))


@pytest.mark.parametrize(
    "text",
    [
        "Hallo\n\nSent from my desk, is much easier then my mobile phone.",
        "Von meinem iPhone gesendete Mails kommen nicht an, was tun?",
        "-- \nPetra Lang",
        "Liste:\n- eins\n- zwei",
        "Mit freundlichen Grüßen\nPetra Lang",
    ],
)
def test_what_is_no_signature_stays(text):
    assert split_reply(text).new.split() == text.split()


def test_a_mail_that_only_quotes_is_shown_whole():
    assert split_reply("> nur\n> Zitat").new == "> nur\n> Zitat"


def test_nothing_is_lost_between_the_three_parts():
    text = "Neu.\n\n-- \nPetra\n\nAm 3.3.26 um 8:00 schrieb X:\n> alt\n"
    reply = split_reply(text)

    assert sorted(f"{reply.new} {reply.quoted} {reply.signature}".split()) == sorted(text.split())
