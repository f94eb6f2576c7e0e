"""The words mail programs put above a quoted mail, in the languages they speak."""

import re

SEPARATOR = re.compile(
    r"[-_=*–—\s]{2,40}(?:original(?:e|t)?\s+(?:message|nachricht|e?-?mail|appointment)|urspr(?:ü|ue|"
    r"u)ngliche\s+(?:nachricht|e-?mail|mail)|"
    r"originalnachricht|original-?(?:nachricht|mail)|message\s+d['’]origine|message\s+original|e?-?mail\s+original|"
    r"mensaje\s+original|mensagem\s+original|missatge\s+original|"
    r"messaggio\s+originale|oorspronkelijk\s+bericht|oprindelig\s+meddelelse|opprinnelig\s+melding|"
    r"ursprungligt\s+meddelande|"
    r"originalmeddelande|alkuperäinen\s+viesti|wiadomość\s+oryginalna|oryginalna\s+wiadomość|"
    r"treść\s+oryginalnej\s+wiadomości|"
    r"původní\s+(?:zpráva|e-mail)|pôvodná\s+správa|eredeti\s+üzenet|mesaj\s+original|orijinal\s+(?:mesaj|ileti)|"
    r"исходное\s+сообщение|оригінальне\s+повідомлення|оригинално\s+съобщение|αρχικό\s+μήνυμα|"
    r"izvorna\s+poruka|izvirno\s+sporočilo|algsõnum|"
    r"原始邮件|原始郵件|邮件原件|元のメッセージ|原文|원본\s*(?:메일|메시지)|"
    r"reply\s+message|antwort\s+nachricht)[-_=*–—:\s]{0,40}|-{5,40}\s*original\s*-{5,40}|"
    r"\W{2,40}(?:please |bitte )?(?:(?:type|write|enter|reply|answer|respond|antworten|schreiben|geben)\b.{0,40})?"
    r"\b(?:above|oberhalb|über) (?:this|der|diese[rs]?) (?:line|linie|zeile)\b.{0,30}\W{2,40}",
    re.I,
)
FORWARD = re.compile(
    r"[-_=*\s]{0,40}(?:begin(?:ning)? (?:of )?forwarded message|(?:begin )?forwarded (?:message|by)\b.{0,80}|"
    r"(?:anfang der )?weitergeleitete(?:n)? (?:nachricht|e-?mail)|"
    r"début du message (?:réexpédié|transféré)|message (?:transféré|réexpédié)|mensaje reenviado|"
    r"inicio del mensaje reenviado|mensagem encaminhada|início da mensagem (?:encaminhada|reencaminhada)|"
    r"messaggio inoltrato|inizio messaggio inoltrato|"
    r"doorgestuurd bericht|begin doorgestuurd bericht|vidarebefordrat meddelande|vidarebefordrat brev|"
    r"videresendt (?:meddelelse|melding|besked|e-post)|start på videresendt (?:besked|melding)|"
    r"edelleenlähetetty viesti|välitetty viesti|wiadomość przekazana|przekazana wiadomość|"
    r"treść przekazanej wiadomości|přeposlaná zpráva|preposlaná správa|továbbított üzenet|"
    r"iletilen (?:mesaj|ileti)|mesaj redirecționat|"
    r"пересылаемое сообщение|перенаправленное сообщение|пересланное сообщение|пересланное письмо|"
    r"переслане повідомлення|转发的邮件|轉寄的郵件|转发邮件信息|転送されたメッセージ|전달된 메일)"
    r"[-_=*:\s]{0,40}",
    re.I,
)

_FROM = (
    r"from|von|de(?: la)?|da|van|od|från|fra|lähettäjä|от|отправитель|від|remitente|mittente|feladó|kimden|gönderen|"
    r"από|saatja|nuo|dari|từ|差出人|送信者|发件人|發件人|寄件者|寄件人|보낸\s?사람|من|מאת|จาก"
)
_SENT = (
    r"sent|date|gesendet(?: am)?|datum|envoyé(?: le)?|enviad[oa](?: el| em)?|enviat(?: el)?|fecha|data|inviato|"
    r"verzonden|wysłano|skickat|sendt|lähetetty|päivämäärä|päiväys|odesláno|odoslané|dátum|elküldve|gönderildi|"
    r"gönder(?:me|im) tarihi|tarih|дата|отправлено|надіслано|изпратено|dato|trimis|στάλθηκε|ημερομηνία|poslano|"
    r"poslato|saadetud|kuupäev|išsiųsta|dikirim|tanggal|đã gửi|ngày|送信日時|日時|日付|发送时间|发送日期|日期|时间|"
    r"寄件日期|傳送日期|보낸\s?날짜|날짜|تم الإرسال|التاريخ|נשלח|תאריך|ส่ง|วันที่"
)
_TO = (
    r"to|an|à|a|para|per(?: a)?|aan|do|till|til|vastaanottaja|komu|кому|destinatario|destinataire|címzett|kime|alıcı|"
    r"către|προς|до|prima|za|adressaat|saaja|kam|kepada|tới|đến|宛先|收件人|收件者|받는\s?사람|إلى|אל|ถึง"
)
_REST = (
    r"cc|kopie|kopia|copia|cópia|bcc|reply[- ]to|antwort an|priority|importance|wichtigkeit|копия|копія|"
    r"organi[sz]ation|másolatot kap|bilgi|kópia|抄送|副本|참조|attachments?|anlagen|pièces jointes"
)
_SUBJECT = (
    r"subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat?s?|ämne|emne|aihe|předmět|predmet|тема|относно|"
    r"tárgy|konu|subiect|θέμα|zadeva|teema|subjek|chủ đề|件名|主题|主題|主旨|제목|الموضوع|נושא|เรื่อง|re"
)
FIELD = re.compile(
    rf"\*{{0,2}}(?:(?P<sender>{_FROM})|(?P<sent>{_SENT})|(?P<to>{_TO})|(?P<rest>{_REST})|(?P<subject>{_SUBJECT}))"
    r"\s{0,3}\*{0,2}\s?[:\uff1a]\s{0,3}\*{0,2}(?:\s|\S)",
    re.I,
)

LEAD = re.compile(
    r"(?:on|at|in a message dated|am|um|le|el|il|em|op|w dniu|dnia|den|på|pe|dne|i|a|в|quoting|pada|il giorno|no dia|"
    r"mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|"
    r"lun|mar|mer|jeu|ven|sam|dim|пн|вт|ср|чт|пт|сб|вс)\b\.?,?\s*|(?=\d|[\"'<]?[\w.+-]{1,64}@)|(?=[^\W\d_])",
    re.I,
)
STRONG_START = re.compile(
    r"(?:on|at|am|um|le|el|il|em|op|w dniu|dnia|den|på|pe|dne|dňa|в|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|"
    r"so)\b.{0,40}\d|在.{0,10}\d|\d",
    re.I,
)
VERB = re.compile(
    r"\b(?:wrote|writes|schrieb(?:en)?|geschrieben|hat\s.{0,200}geschrieben|a\s+écrit|écrit|ha\s+scritto|scrive|"
    r"escribi[oó]|escribió|escreveu|ha\s+escrit|a\s+scris|"
    r"schreef|geschreven|napisał(?:\(a\)|a)?|pisze|skrev|skriver|skreiv|kirjoitti|napsal(?:\(a\)|a)?|píše|"
    r"napísal(?:\(a\)|a)?|napisa(?:o|la)(?:\sje)?|kirjutas|rašė|rakstīja|"
    r"пишет|писал(?:\(а\)|а)?|написал(?:\(а\)|а)?|пише|написа(?:в|ла)?|έγραψε|"
    r"yazdı|írta|đã viết|menulis|said|sent\sthe\sfollowing)|写道|寫道|写了|のメール|作成|작성|เขียนว่า|כתב|كتب|تمت كتابة",
    re.I,
)
DATED = re.compile(
    r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d{2}\b|\d{4}\s?[年년]|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|"
    r"\b(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])",
    re.I,
)
STAMP = re.compile(
    r"(?:\w{2,12}\.?,?\s+)?(?:(?:19|20)\d{2}[-/.年년]\s?\d{1,2}[-/.月월]\s?\d{1,2}|"
    r"\d{1,2}[-/. ]{1,2}(?:de )?\w{1,10}[-/. ]{1,2}(?:de )?\d{2,4}|\w{3,9} \d{1,2}, \d{4})"
)
