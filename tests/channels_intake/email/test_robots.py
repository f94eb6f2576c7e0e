"""Mail of machines and of people who only write about them, in many languages."""

import pytest

from channels_intake.email.parse import to_envelope
from channels_intake.envelope import Envelope

BOUNCES = {
    "exchange de older": (
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firma.example>",
        "Nicht zugestellt: Re: Drucker",
        "Fehler bei der Zustellung an:\n\nweg@kunde.example",
        {},
    ),
    "exim": (
        "Mail Delivery System <Mailer-Daemon@mx.example>",
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  weg@kunde.example\n    SMTP error from remote mail server after RCPT TO:<weg@kunde.example>:\n    550 5.1.1 User unknown\n\nReceived: from x by y\nMessage-ID: <ticket-12.x7@firma.example>\n\nHallo",
        {},
    ),
    "qmail": (
        "MAILER-DAEMON@mx.example",
        "failure notice",
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<weg@kunde.example>:\n1.2.3.4 does not like recipient.\n\nReceived: from x by y\nMessage-ID: <ticket-12.x7@firma.example>\n\nHallo",
        {},
    ),
    "exchange de": (
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firma.example>",
        "Unzustellbar: Re: Drucker",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\nweg@kunde.example\nDie eingegebene E-Mail-Adresse konnte nicht gefunden werden.",
        {},
    ),
    "exchange fr": (
        "postmaster@kunde.example",
        "Non remis : Re: Imprimante",
        "Échec de la remise à ces destinataires ou groupes :\n\nweg@kunde.example",
        {},
    ),
    "exchange en": (
        "postmaster@kunde.example",
        "Undeliverable: Re: Printer",
        "Delivery has failed to these recipients or groups:\n\nweg@kunde.example\nThe email address you entered couldn't be found.",
        {},
    ),
    "exchange es": (
        "postmaster@kunde.example",
        "No se puede entregar: Re: Impresora",
        "No se pudo entregar el mensaje a estos destinatarios o grupos:\n\nweg@kunde.example",
        {},
    ),
    "exchange it": (
        "postmaster@kunde.example",
        "Non recapitabile: Re: x",
        "Recapito non riuscito per i seguenti destinatari o gruppi:\nweg@kunde.example",
        {},
    ),
    "exchange nl": (
        "postmaster@kunde.example",
        "Onbestelbaar: Re: x",
        "Bezorging bij de volgende geadresseerden is mislukt:\nweg@kunde.example",
        {},
    ),
    "exchange pl": (
        "postmaster@kunde.example",
        "Niedostarczone: Re: x",
        "Nie można było dostarczyć do tych adresatów:\nweg@kunde.example",
        {},
    ),
    "exchange pt": (
        "postmaster@kunde.example",
        "Não é possível entregar: x",
        "Falha na entrega a estes destinatários:\nweg@kunde.example",
        {},
    ),
    "exchange sv": (
        "postmaster@kunde.example",
        "Kan inte levereras: x",
        "Det gick inte att leverera till:\nweg@kunde.example",
        {},
    ),
    "exchange sv2": (
        "postmaster@kunde.example",
        "Olevererbart: x",
        "Leverans till dessa mottagare misslyckades:\nweg@kunde.example",
        {},
    ),
    "exchange da": ("postmaster@kunde.example", "Kan ikke leveres: x", "Levering mislykkedes:\nweg@kunde.example", {}),
    "exchange cs": ("postmaster@kunde.example", "Nedoručitelné: x", "Doručení se nezdařilo:\nweg@kunde.example", {}),
    "exchange tr": (
        "postmaster@kunde.example",
        "Teslim Edilemedi: x",
        "Bu alıcılara teslim edilemedi:\nweg@kunde.example",
        {},
    ),
    "exchange ru": (
        "postmaster@kunde.example",
        "Не удается доставить: x",
        "Сбой доставки следующим получателям:\nweg@kunde.example",
        {},
    ),
    "exchange ja": (
        "postmaster@kunde.example",
        "配信不能: x",
        "以下の受信者またはグループへの配信に失敗しました:\nweg@kunde.example",
        {},
    ),
    "exchange zh": ("postmaster@kunde.example", "无法送达: x", "无法向这些收件人或组传递邮件:\nweg@kunde.example", {}),
    "sysadmin": (
        "System Administrator <postmaster@kunde.example>",
        "Undeliverable: x",
        "Your message\n\n  To:      weg\n  Subject: x\n\ndid not reach the following recipient(s):\n\nweg@kunde.example",
        {},
    ),
    "ms admin de": (
        "Systemadministrator <postmaster@kunde.example>",
        "Unzustellbar: x",
        "Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.\n\nweg@kunde.example am 3.3.2026 09:12",
        {},
    ),
    "gmail": (
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        "** Die Adresse wurde nicht gefunden **\n\nIhre Nachricht wurde nicht an weg@gmail.com zugestellt",
        {},
    ),
    "gmx": (
        "GMX Mailer Daemon <mailer-daemon@gmx.de>",
        "Mail delivery failed: returning message to sender",
        'This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to\none or more of its recipients. The following addresses\nfailed:\n\n    "weg@gmx.de"\n    SMTP error from remote server',
        {},
    ),
    "gmx de": (
        "WEB.DE Mailer Daemon <mailer-daemon@web.de>",
        "Mail wurde nicht zugestellt",
        "Diese Nachricht wurde automatisch erstellt.\nIhre E-Mail konnte nicht zugestellt werden:\nweg@web.de",
        {},
    ),
    "tonline": (
        "Mail Delivery System <mailer-daemon@mailout01.t-online.de>",
        "Undelivered Mail Returned to Sender",
        "The mail system <weg@t-online.de>: host said: 550",
        {},
    ),
    "yahoo": (
        "MAILER-DAEMON@yahoo.com",
        "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n\n<weg@yahoo.com>:\n554: delivery error: dd This user doesn't have a yahoo.com account",
        {},
    ),
    "aol": (
        "MAILER-DAEMON@mx.aol.com",
        "Returned mail: see transcript for details",
        "The original message was received\n\n   ----- The following addresses had permanent fatal errors -----\n<weg@aol.com>",
        {},
    ),
    "domino": (
        "weg@kunde.example",
        "DELIVERY FAILURE: User weg (weg@kunde.example) not listed in Domino Directory",
        "Your message\n\n  Subject: Re: x\n\nwas not delivered to:\n\n  weg@kunde.example\n\nbecause:\n\n  User weg not listed in Domino Directory",
        {"Return_Path": "<>"},
    ),
    "domino de": (
        "Postmaster@kunde.example",
        "ZUSTELLUNGSFEHLER: Benutzer weg nicht im Domino-Verzeichnis aufgeführt",
        "Ihre Nachricht\n\n  Betreff: x\n\nwurde nicht zugestellt an:\n\n  weg@kunde.example",
        {},
    ),
    "zoho": (
        "mailer-daemon@mail.zoho.com",
        "Undelivered Mail Returned to Sender",
        "This message was created automatically by mail delivery software.\n A message that you sent could not be delivered to one or more of its recipients. \n\nweg@kunde.example",
        {},
    ),
    "mimecast": (
        "Mail Delivery System <postmaster@eu-smtp.mimecast.com>",
        "[Postmaster] Email Delivery Failure",
        "Delivery Notification\n\nThis is a system-generated message to inform you that your email could not be delivered to one or more recipients.\n\nweg@kunde.example",
        {},
    ),
    "mimecast2": (
        "postmaster@kunde.example",
        "[Postmaster] Message Delivery Failure: x",
        "MESSAGE DELIVERY FAILURE\nThis email was not delivered to: weg@kunde.example",
        {},
    ),
    "proofpoint": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx0a.pphosted.com>",
        "Returned mail: see transcript for details",
        "...",
        {},
    ),
    "barracuda": (
        "Barracuda Spam Firewall <postmaster@kunde.example>",
        "**Message you sent blocked by our bulk email filter**",
        "Your message to: weg@kunde.example\nwas blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:\n\nSubject: x",
        {},
    ),
    "ses": (
        "MAILER-DAEMON@amazonses.com",
        "Delivery Status Notification (Failure)",
        "An error occurred while trying to deliver the mail to the following recipients:\nweg@kunde.example",
        {},
    ),
    "sendgrid": (
        "MAILER-DAEMON@sendgrid.net",
        "Undelivered Mail Returned to Sender",
        "Hello, this is the mail server on sendgrid.net.",
        {},
    ),
    "mailgun": (
        "Mailgun <postmaster@mg.example>",
        "Bounced email",
        "Your message could not be delivered. weg@kunde.example 550 5.1.1",
        {"Return_Path": "<>"},
    ),
    "courier": (
        '"Courier mail server at mx" <@mx.example>',
        "NOTICE: mail delivery status.",
        "This is a delivery status notification from mx.example,\nrunning the Courier mail server.\n\nThe original message was received on ...\n\n                     UNDELIVERABLE MAIL\n\n<weg@kunde.example>:\n 550 User unknown",
        {},
    ),
    "mailmarshal": (
        "postmaster@kunde.example",
        'Undeliverable Mail: "x"',
        "Your message:\n   From:    support@firma.example\n   Subject: x\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected: \n    weg@kunde.example",
        {},
    ),
    "imail": (
        "Postmaster <postmaster@kunde.example>",
        "Undeliverable Mail",
        "Unknown user: weg@kunde.example\n\nOriginal message follows.",
        {},
    ),
    "postfix de": (
        "MAILER-DAEMON@mx.example (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.example.\n\nI'm sorry",
        {},
    ),
    "postfix warn": (
        "MAILER-DAEMON@mx.example (Mail Delivery System)",
        "Delayed Mail (still being retried)",
        "####################################################################\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #",
        {},
    ),
    "sendmail warn": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>",
        "Warning: could not send message for past 4 hours",
        "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY",
        {},
    ),
    "icloud": ("postmaster@icloud.com", "Undeliverable", "Delivery to weg@icloud.com failed", {"Return_Path": "<>"}),
    "strato": ("Mail Delivery System <MAILER-DAEMON@rzone.de>", "Undelivered Mail Returned to Sender", "x", {}),
    "ionos": (
        "Mail Delivery System <mailer-daemon@kundenserver.de>",
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.",
        {},
    ),
    "ionos de": (
        "mailer-daemon@kundenserver.de",
        "Mailzustellung fehlgeschlagen: Nachricht zurück an Absender",
        "x",
        {},
    ),
    "mailru": (
        "mailer-daemon@corp.mail.ru",
        "Mail failure.",
        "This message was created automatically by mail delivery software.",
        {},
    ),
    "yandex": (
        "mailer-daemon@yandex.ru",
        "Недоставленное сообщение",
        "Это письмо отправлено почтовым сервером yandex.ru.",
        {},
    ),
    "qq": ("PostMaster@qq.com", "系统退信/Systems bounce", "很抱歉，您发送的邮件被退回", {}),
    "163": ("Postmaster@163.com", "系统退信", "您的邮件被退回到收件箱: weg@163.com", {}),
    "nokia": (
        '"Mail Delivery Service" <postmaster@kunde.example>',
        "Delivery Status Notification",
        "- These recipients of your message have been processed by the mail server:\nweg@kunde.example; Failed; 5.1.1",
        {},
    ),
    "full box": (
        "postmaster@kunde.example",
        "Mailbox full",
        "The mailbox of weg@kunde.example is full. Your message was not delivered.",
        {"Return_Path": "<>"},
    ),
    "full de": (
        "postmaster@kunde.example",
        "Postfach voll",
        "Das Postfach des Empfängers ist voll. Ihre Nachricht wurde nicht zugestellt.",
        {"Return_Path": "<>"},
    ),
    "group": ("googlegroups <mailer-daemon@googlegroups.com>", "Undeliverable: group", "x", {}),
    "x1": (
        '"Mail Deliver System" <MAILER-DAEMON@mx.example>',
        "Returned Mail:User Unknown",
        "The original message was received at Thu\n\nThe following addresses had delivery errors: weg@kunde.example",
        {},
    ),
    "mdaemon": (
        "MDaemon at kunde.example <MDaemon@kunde.example>",
        "Permanent Delivery Failure",
        "The attached message had PERMANENT fatal delivery errors!",
        {"Return_Path": "<>"},
    ),
    "kerio": ("Mail Delivery Subsystem <postmaster@kunde.example>", "Undeliverable Mail: x", "x", {}),
    "hmail": (
        "mailer-daemon@kunde.example",
        "Message undeliverable: x",
        "Your message did not reach some or all of the intended recipients.",
        {},
    ),
    "sophos": ("postmaster@firma.example", "Undeliverable mail: x", "could not deliver 550 5.7.1", {}),
    "null dsn fr": (
        "MAILER-DAEMON@orange.fr",
        "Votre message n'a pas pu etre remis / Your message could not be delivered",
        "x",
        {},
    ),
    "null de": (
        "noreply@kunde.example",
        "Ihre Nachricht konnte nicht zugestellt werden",
        "Ihre Nachricht an weg@kunde.example konnte nicht zugestellt werden.",
        {"Return_Path": "<>"},
    ),
}

ABSENCES = [
    "Automatische E-Mail-Antwort: Drucker",
    "Abwesend Re: Drucker",
    "Abwesenheit: AW: Drucker",
    "Urlaub Re: Drucker",
    "Bin bis Freitag im Urlaub Re: Drucker",
    "I'm out of the office Re: Printer",
    "Auto: Re: Printer",
    "Automatic reply: Re: Printer",
    "Automatische Antwort: Re: Drucker",
    "Réponse automatique : Imprimante",
    "Absence du bureau : x",
    "Message d'absence : x",
    "Respuesta automática: x",
    "Fuera de oficina: x",
    "Risposta automatica: x",
    "Fuori sede: x",
    "Automatisch antwoord: x",
    "Afwezig: x",
    "Odpowiedź automatyczna: x",
    "Automatyczna odpowiedź: x",
    "Resposta automática: x",
    "Ausência temporária: x",
    "Autosvar: x",
    "Automatiskt svar: x",
    "Automatisk svar: x",
    "Automatisk svar: x",
    "Automaattinen vastaus: x",
    "Automatická odpověď: x",
    "Automatická odpoveď: x",
    "Automatikus válasz: x",
    "Otomatik yanıt: x",
    "Автоматический ответ: x",
    "Автоматична відповідь: x",
    "Răspuns automat: x",
    "Αυτόματη απάντηση: x",
    "自動応答: x",
    "自動返信: x",
    "自动答复: x",
    "自动回复: x",
    "自動回覆: x",
    "자동 회신: x",
    "Out of Office: Re: x",
    "Out of Office AutoReply: x",
    "OOO: back on Monday",
    "Auto-Reply: x",
    "Autoreply: x",
    "[Auto-Reply] x",
    "AutoRe: x",
    "Vacation reply: x",
    "Away from my mail: x",
    "Out of office",
    "I am out of the office Re: x",
    "Otto Beck is out of the office.",
    "Abwesenheitsnotiz: x",
    "Automatische Abwesenheitsnotiz",
    "Otto Beck ist außer Haus.",
    "Urlaubsnotiz",
    "Autoreply Re: x",
    "AUTO: Otto Beck ist außer Haus (Rückkehr am 09.03.2026)",
    "AUTO: Otto Beck is out of the office (returning 09.03.2026)",
    "Yahoo! Auto Response",
]

PEOPLE = {
    "Urlaub: Antrag lässt sich nicht speichern": ("p@kunde.example", "Re ist drin, Urlaub nicht."),
    "Abwesenheit: wie trage ich sie ein?": ("p@kunde.example", "Danke"),
    "Auto: Kratzer am Dienstwagen": ("p@kunde.example", "Danke"),
    "Problem with automatic reply": ("p@k.example", "How do I set up an automatic reply in Outlook?"),
    "Auto: Reifen kaputt": ("p@k.example", "Mein Dienstwagen steht."),
    "Undeliverable mails since Monday": ("p@k.example", "All my mails come back with 550 5.1.1. What can I do?"),
    "Fwd: Undeliverable: Angebot": (
        "p@k.example",
        "Hallo, was bedeutet das? Bitte helfen.\n\n---------- Forwarded message ---------\nFrom: postmaster@x.example\nSubject: Undeliverable: Angebot\n\nDelivery has failed to these recipients: 550 5.1.1",
    ),
    "Re: Mail delivery failed": ("p@k.example", "Ich habe es nochmals versucht, geht nicht."),
    "Abwesenheit von Otto": ("p@k.example", "Otto ist krank, wer vertritt ihn?"),
    "Abwesend: wer vertritt?": ("p@k.example", "x"),
    "Mailbox full": ("p@k.example", "My mailbox is full, please give me more space."),
    "Mein Postfach ist voll": ("p@k.example", "Ich kann keine Mails senden: mailbox full"),
    "Delivery problem": ("p@k.example", "The parcel could not be delivered to our office."),
    "Lieferung nicht zugestellt": ("p@k.example", "Das Paket konnte nicht zugestellt werden."),
    "DNS change": ("Postmaster Team <postmaster@kunde.example>", "Please change our MX record to 1.2.3.4."),
    "Out of office not working": ("p@k.example", "please help"),
    "Autoreply einrichten": ("p@k.example", "bitte"),
    "Vacation request": ("p@k.example", "2 weeks please"),
    "Away day planning": ("p@k.example", "x"),
}


def mail(sender: str, subject: str, text: str, **headers: str) -> Envelope:
    lines = [f"From: {sender}", "To: support@firma.example", f"Subject: {subject}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return to_envelope("\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text]).encode())


@pytest.mark.parametrize(("sender", "subject", "text", "headers"), BOUNCES.values(), ids=BOUNCES)
def test_a_bounce_in_free_text_is_known(sender, subject, text, headers):
    envelope = mail(sender, subject, text, **headers)

    assert (envelope.bounce, envelope.auto_generated, envelope.auto_reply) == (True, True, False)
    assert envelope.bounced_addresses == () or envelope.bounced_addresses[0].startswith("weg@")
    assert bool(envelope.bounced_addresses) == ("weg@" in text)


@pytest.mark.parametrize("subject", ABSENCES)
def test_a_notice_of_absence_is_known(subject):
    envelope = mail("p@kunde.example", subject, "Bin weg.")

    assert (envelope.auto_reply, envelope.auto_generated, envelope.bounce) == (True, True, False)


@pytest.mark.parametrize(("subject", "sender", "text"), [(key, *value) for key, value in PEOPLE.items()])
def test_people_who_write_about_machines_are_people(subject, sender, text):
    envelope = mail(sender, subject, text)

    assert not (envelope.auto_generated or envelope.auto_reply or envelope.bounce)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Autoreply", "yes"),
        ("X-Autorespond", "Re: x"),
        ("Precedence", "auto_reply"),
        ("Auto-Submitted", "auto-replied (vacation)"),
        ("Delivered-To", "Autoresponder"),
    ],
)
def test_a_notice_of_absence_is_known_by_its_headers(name, value):
    assert mail("p@kunde.example", "Drucker", "Bin weg.", **{name: value}).auto_reply


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Autoresponder", "cPanel"),
        ("X-Vacation", "yes"),
        ("X-POST-MessageClass", "9; Autoresponder"),
        ("Content-Type", "multipart/report; report-type=disposition-notification; boundary=b"),
    ],
)
def test_further_answers_of_machines_are_known_by_their_headers(name, value):
    raw = f"From: p@kunde.example\nSubject: Drucker\n{name}: {value}\n\nBin weg.".encode()

    assert to_envelope(raw).auto_reply


@pytest.mark.parametrize(
    "name",
    ["X-OTRS-Loop", "X-RT-Loop-Prevention", "X-ServiceNow-Generated", "X-FC-MachineGenerated", "X-Cron-Env", "X-Loop"],
)
def test_the_mail_of_other_helpdesks_and_of_cron_is_known(name):
    envelope = mail("p@kunde.example", "Drucker", "Ihr Vorgang", **{name: "yes"})

    assert (envelope.auto_generated, envelope.auto_reply) == (True, False)


def test_a_notice_of_absence_with_an_empty_return_path_is_no_bounce():
    envelope = mail(
        "p@kunde.example", "Abwesenheitsnotiz", "Mail wird nicht zugestellt an 550 Leute.", Return_Path="<>"
    )

    assert (envelope.auto_reply, envelope.bounce) == (True, False)


@pytest.mark.parametrize(
    ("actions", "failed"), [(["failed"], True), (["delayed"], False), (["delivered", "failed"], True), ([], None)]
)
def test_a_report_says_whether_the_mail_failed(actions, failed):
    status = "\n\n".join(f"Final-Recipient: rfc822; p@kunde.example\nAction: {action}" for action in actions)
    raw = (
        "From: mailer-daemon@mx.example\nSubject: Report\nContent-Type: multipart/report; "
        f"report-type=delivery-status; boundary=b\n\n--b\n\nReport.\n--b\n"
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n{status}\n--b--\n"
    )

    assert to_envelope(raw.encode()).bounce_failed is failed


def test_of_several_ids_the_nearest_comes_first():
    raw = (
        b"From: mailer-daemon@mx.example\nSubject: Undelivered Mail\nReferences: <a@x> <b@x> <c@x>\n\n"
        b"This is a permanent error."
    )

    assert to_envelope(raw).bounced_ids == ("c@x", "b@x", "a@x")
