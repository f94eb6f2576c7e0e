"""The lines phones put below a mail, in many languages."""

import pytest

from channels_intake.email.quotes import split_reply

LINES = [
    "Sent from my iPhone",
    "Gesendet mit Tutanota",
    "Sicher gesendet mit Tuta Mail. Holen Sie sich Ihr eigenes verschlüsseltes, werbefreies Postfach:",
    "Gesendet von meinem Pixel",
    "Sent via the Samsung Galaxy S21 5G, an AT&T 5G smartphone",
    "Virenfrei.www.avast.com",
    "Virus-free. www.avg.com",
    "Diese E-Mail wurde von Avast-Antivirussoftware auf Viren geprüft.",
    "This email has been checked for viruses by Avast antivirus software.",
    "Sent from my Galaxy",
    "Sent from Mail for Windows",
    "Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows 10",
    "Sent from Outlook for iOS",
    "Get Outlook for Android",
    "Sent from Yahoo Mail on Android",
    "Sent from Yahoo Mail for iPhone",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent with Proton Mail secure email.",
    "Sent from ProtonMail mobile",
    "Sent from my BlackBerry® wireless device",
    "Von meinem iPhone gesendet",
    "Von meinem iPad gesendet",
    "Von meinem Samsung Galaxy Smartphone gesendet.",
    "Gesendet von meinem Samsung Galaxy Smartphone.",
    "Gesendet von Mail für Windows",
    "Gesendet von Outlook für Android",
    "Gesendet mit Outlook für iOS",
    "Gesendet von Mail<https://go.microsoft.com/fwlink/?LinkId=550986> für Windows 10",
    "Gesendet von meinem Handy",
    "Gesendet von unterwegs",
    "Gesendet mit der Telekom Mail App",
    "Gesendet mit dem Web.de Mail-App",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Holen Sie sich Outlook für iOS<https://aka.ms/o0ukef>",
    "Laden Sie Outlook für Android herunter",
    "Von Outlook für iOS gesendet",
    "Von Yahoo Mail für iPhone gesendet",
    "Von Samsung Mobile gesendet",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon mobile",
    "Envoyé à partir de Outlook pour Android",
    "Télécharger Outlook pour iOS",
    "Obtenir Outlook pour Android",
    "Envoyé de mon téléphone Orange",
    "Envoyé depuis l'application Mail Orange",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Enviado desde Outlook para Android",
    "Obtener Outlook para Android",
    "Obter Outlook para iOS",
    "Enviado desde Correo para Windows",
    "Inviato da iPhone",
    "Inviato dal mio Galaxy",
    "Scarica Outlook per iOS",
    "Ottieni Outlook per Android",
    "Verstuurd vanaf mijn iPhone",
    "Verzonden vanaf Outlook voor Android",
    "Outlook voor Android downloaden",
    "Verzonden via Mail voor Windows",
    "Wysłane z iPhone'a",
    "Wysłano z mojego iPhone’a",
    "Pobierz aplikację Outlook dla systemu Android",
    "Wysłane z aplikacji Outlook dla systemu iOS",
    "Skickat från min iPhone",
    "Hämta Outlook för Android",
    "Sendt fra min iPhone",
    "Sendt fra Outlook for Android",
    "Hent Outlook til iOS",
    "Lähetetty iPhonesta",
    "Hanki Outlook for Android",
    "Odesláno z iPhonu",
    "Odesláno z mého iPhonu",
    "Stáhnout Outlook pro Android",
    "Odoslané z iPhonu",
    "Отправлено с iPhone",
    "Отправлено из Mail.ru для Android",
    "Отправлено из мобильной Яндекс Почты",
    "Скачать Outlook для Android",
    "iPhone'umdan gönderildi",
    "Az iPhone-omról küldve",
    "Trimis de pe iPhone-ul meu",
    "发自我的iPhone",
    "發自我的 iPhone",
    "iPhoneから送信",
    "从我的 iPhone 发送",
    "Outlook for Android を入手",
    "나의 iPhone에서 보냄",
    "Στάλθηκε από το iPhone μου",
    "Надіслано з iPhone",
    "נשלח מה-iPhone שלי",
    "Đã gửi từ iPhone của tôi",
    "Dikirim dari iPhone saya",
    "Enviat des del meu iPhone",
]

SENTENCES = [
    "Diese E-Mail wurde nicht auf Viren geprüft, und jetzt ist mein Rechner langsam und zeigt seltsame Fenster mit Werbung.",
    "Ist mein Rechner virenfrei?",
    "Sent from my desk in Berlin, I will come later to your office.",
    "Von meinem iPhone aus geht es nicht.",
    "Ich habe die Mail von meinem iPhone gesendet und sie kam nicht an.",
    "Outlook für Android startet nicht",
    "Get Outlook for Android to work please!",
    "iPhone defekt",
    "Mein iPhone sendet nichts",
    "发自我的iPhone的邮件收不到了怎么办",
]


@pytest.mark.parametrize("line", LINES)
def test_the_line_of_a_phone_is_a_signature(line):
    reply = split_reply(f"Es geht wieder.\n\n{line}\n")

    assert (reply.new, reply.signature) == ("Es geht wieder.", line)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_about_a_phone_is_none(sentence):
    reply = split_reply(f"Hallo,\n\n{sentence}\n")

    assert (reply.new, reply.signature) == (f"Hallo,\n\n{sentence}", "")
