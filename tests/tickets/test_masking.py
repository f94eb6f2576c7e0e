import pytest

from tickets.greetings import bare
from tickets.masking import Person, mask, masks_in

HEIKE = Person("Heike Brandt", "heike.brandt@nordlicht.example", "+49 40 1234567")


def _mask(text, language="de"):
    return mask(text, [HEIKE, Person("Jana Petersen", "jana@nordlicht.example")], language).text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Mail an heike.brandt@nordlicht.example bitte", "Mail an ⟦E-Mail-Adresse⟧ bitte"),
        ("Frau Brandt und Jana waren da", "Frau ⟦Name⟧ und ⟦Name⟧ waren da"),
        ("Brandts Laptop", "⟦Name⟧ Laptop"),
        ("Rückruf unter +49 40 1234567", "Rückruf unter ⟦Telefonnummer⟧"),
        ("Tel: 040/98765-43", "Tel: ⟦Telefonnummer⟧"),
        ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN ⟦IBAN⟧."),
        ("Server 10.1.2.3 und fe80::1 antworten nicht", "Server ⟦IP-Adresse⟧ und ⟦IP-Adresse⟧ antworten nicht"),
        ("heike.brandt und hbrandt7 sind gesperrt", "⟦Benutzername⟧ und ⟦Benutzername⟧ sind gesperrt"),
        ("Benutzername: max_m", "Benutzername: ⟦Benutzername⟧"),
        ("mein Rechner NB-0815 hängt", "mein Rechner ⟦Rechnername⟧ hängt"),
        ("siehe #120 und Ticket 121", "siehe ⟦Ticketnummer⟧ und ⟦Ticketnummer⟧"),
    ],
)
def test_what_could_name_or_reach_a_person_is_masked(text, masked):
    assert _mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Fehlercode 0x80070035 nach KB5031356",
        "Windows 10.0.19045 seit 24.11.2026 um 09:30 Uhr",
        "Fehler 809 beim VPN, Port 443, Taste F12",
        "Der Benutzer kann sich nicht anmelden, das Konto ist gesperrt",
        "Office 365 kostet 12,50 Euro für 2026 Lizenzen",
    ],
)
def test_what_solves_the_problem_stays(text):
    assert _mask(text) == text


def test_masks_speak_the_language_of_the_text_and_are_counted():
    masked = mask("Call Heike, heike.brandt@nordlicht.example", [HEIKE], "en")

    assert masked.text == "Call ⟦name⟧, ⟦e-mail address⟧"
    assert masked.found == {"name": 1, "email": 1}
    assert masks_in(masked.text) == {"name": 1, "e-mail address": 1}


def test_a_mask_that_somebody_typed_is_none():
    assert masks_in(_mask("⟦Name⟧")) == {}


def test_long_text_is_masked_quickly():
    _mask("+49 (40) " * 3_000 + "a@" * 3_000 + "1:" * 3_000)


def test_greetings_and_signatures_are_left_out():
    text = "Sehr geehrte Frau Petersen,\n\ndas VPN geht nicht.\nDanke schon mal!\n\nMit freundlichen Grüßen\nHeike Brandt\nVertrieb"

    assert bare(text) == "das VPN geht nicht."
    assert bare("Hallo Team, der Drucker druckt nicht.\nVG Heike") == "Der Drucker druckt nicht."
    assert bare("Hi,\nit is broken\n-- \nHeike\nSales") == "it is broken"


def test_thanks_in_the_middle_end_nothing():
    text = "Danke\n" + "\n".join(f"Zeile {number}" for number in range(30))

    assert bare("Erste\n" + text) == "Erste\n" + text
