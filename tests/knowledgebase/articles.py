"""A small knowledge base of our own to search in: key, then title, symptom and keywords in German and in English."""

from knowledgebase.models import Article
from knowledgebase.operations import Content, Facts, publish, translate, write_article
from tests.factories import NOW

ARTICLES = [
    (
        "password",
        "Kennwort vergessen: selbst zurücksetzen",
        "Die Anmeldung meldet, der Benutzername oder das Kennwort sei falsch oder abgelaufen.",
        "Passwort vergessen, Kennwort abgelaufen, Login",
        "Reset a forgotten password yourself",
        "Signing in says the user name or the password is wrong or has expired.",
        "forgot password, login, expired",
    ),
    (
        "locked",
        "Gesperrtes Benutzerkonto entsperren",
        "Nach mehreren Fehlversuchen ist das Konto gesperrt.",
        "Konto gesperrt, ausgesperrt",
        "Unlock a locked user account",
        "After several wrong attempts the account is locked.",
        "account locked, locked out",
    ),
    (
        "vpn",
        "VPN-Verbindung bricht ab oder kommt nicht zustande",
        "Im Homeoffice meldet der VPN-Client einen Fehler und verbindet nicht.",
        "Fernzugriff, Heimarbeit, Tunnel, Fehler 809",
        "VPN does not connect or keeps dropping",
        "At home the VPN client shows an error and does not connect.",
        "remote access, tunnel, error 809",
    ),
    (
        "printer",
        "Drucker druckt nicht",
        "Druckaufträge bleiben in der Warteschlange stehen, es kommt kein Papier.",
        "Papierstau, Toner, Druckauftrag",
        "Printer does not print",
        "Print jobs stay in the queue, no paper comes out.",
        "paper jam, toner, print job",
    ),
    (
        "outlook",
        "Outlook startet nicht oder hängt beim Laden des Profils",
        "Outlook bleibt beim Start bei »Profil wird geladen« stehen.",
        "Outlook stürzt ab, Add-in, Postfach",
        "Outlook does not start or hangs while loading the profile",
        "Outlook stays at loading profile.",
        "outlook crashes, add-in, mailbox",
    ),
    (
        "teams-sound",
        "Teams: Mikrofon oder Ton fehlt in Besprechungen",
        "Die anderen hören mich nicht, oder ich höre sie nicht.",
        "Headset, Lautsprecher, Besprechung, stumm",
        "Teams: no microphone or sound in meetings",
        "The others cannot hear me, or I cannot hear them.",
        "headset, speaker, meeting, muted",
    ),
    (
        "wifi",
        "WLAN verbindet nicht im Büro",
        "Der Laptop findet das Funknetz, fragt aber immer wieder nach dem Zertifikat.",
        "WiFi, Funknetz, kein Internet, Zertifikat",
        "Wi-Fi does not connect in the office",
        "The laptop finds the wireless network but asks for a certificate again and again.",
        "wireless, wlan, no internet, certificate",
    ),
    (
        "share",
        "Netzlaufwerk fehlt oder Zugriff verweigert",
        "Das Laufwerk G: erscheint nicht im Explorer, oder ein Ordner meldet »Zugriff verweigert«.",
        "Freigabe, Ordner, Berechtigung, Laufwerk",
        "Network drive missing or access denied",
        "Drive G: is not in the Explorer, or a folder says access denied.",
        "share, folder, permission, drive",
    ),
    (
        "phone-mail",
        "Diensthandy: Mail und Kalender einrichten",
        "Auf dem neuen iPhone oder Android-Handy fehlen Mails und Termine.",
        "Smartphone, iPhone, Android, Kalender, synchronisieren",
        "Company phone: set up mail and calendar",
        "Mails and appointments are missing on the new iPhone or Android phone.",
        "smartphone, iphone, android, calendar, sync",
    ),
    (
        "slow",
        "Rechner ist langsam",
        "Programme öffnen sich träge, der Lüfter läuft dauernd.",
        "Computer langsam, Leistung, Arbeitsspeicher, Festplatte voll",
        "Computer is slow",
        "Programs open slowly, the fan runs all the time.",
        "slow, performance, memory, disk full",
    ),
    (
        "software",
        "Programm installieren über das Softwarecenter",
        "Für eine Installation werden Administratorrechte verlangt.",
        "Installation, Software, Adminrechte, Lizenz",
        "Install a program from the software centre",
        "An installation asks for administrator rights.",
        "install, software, admin rights, licence",
    ),
    (
        "phishing",
        "Verdächtige Mail melden (Phishing)",
        "Eine Mail verlangt Zugangsdaten oder enthält einen seltsamen Link.",
        "Spam, Betrug, Virus, Anhang",
        "Report a suspicious mail (phishing)",
        "A mail asks for credentials or has a strange link.",
        "spam, fraud, virus, attachment",
    ),
]


def make_knowledge_base() -> dict[str, Article]:
    """Publish every article in both languages."""
    made = {}
    for key, title_de, symptom_de, keywords_de, title_en, symptom_en, keywords_en in ARTICLES:
        german = Content(title=title_de, symptom=symptom_de, keywords=keywords_de, steps="1. Neu starten.")
        english = Content(title=title_en, symptom=symptom_en, keywords=keywords_en, steps="1. Restart.")
        article = write_article(language="de", content=german, facts=Facts(key=key), by=None, now=NOW)
        translate(article, language="en", content=english, by=None, now=NOW)
        made[key] = publish(article, by=None, now=NOW)
    return made
