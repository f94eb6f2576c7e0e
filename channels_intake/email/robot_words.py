"""The words by which bounces and absence notices are known."""

import re

DAEMON = re.compile(
    r"mailer[-_.]?daemon|mail[-_.]daemon|mail\.delivery\.system|double-bounce|mdaemon|"
    r"mail deliver(?:y)? (?:sub)?system|internet mail delivery|mail delivery service",
    re.I,
)
UNANSWERED = re.compile(r"(?:no|do[-_.]?not|donot|nicht)[-_.]?(?:reply|antworten)\b")
POSTMASTER = re.compile(
    r"\bpoo?st[-_.]?master\b|\bsystem administrator\b|ndr administrator|microsoft outlook\b|\bmicrosoft exchange", re.I
)
BOUNCE_SUBJECT = re.compile(
    r"(?:re:\s*)?\W{0,3}(?:"
    r"undeliver(?:ed|able)|unzustellbar|nicht zustellbar|returned (?:mail|to sender)|mail system error|"
    r"failure (?:notice|delivery)|"
    r"(?:mail |message |e-?mail )?delivery (?:status|notification|failure|failed|has failed|problem|error|report)|"
    r"(?:mail|message|e-mail) (?:delivery )?(?:failure|failed|could not be delivered|delivery has failed|"
    r"not delivered)|"
    r"(?:delivery|mail|message) delay(?:ed)?|delayed (?:mail|message)|(?:automatische )?unzustellbarkeits|"
    r"fehler bei der (?:nachrichten)?zustellung|zustellung (?:fehlgeschlagen|verz|der nachricht)|"
    r"nachricht (?:konnte )?nicht zugestellt|nicht zugestellt\s*:|"
    r"warning: (?:could not send|message .{0,40}delayed)|could not (?:send|deliver)|nondeliverable|non[- ]?delivery|"
    r"there was an error sending your mail|message you sent blocked|notice: mail delivery|postmaster notify|"
    r"non remis|échec de (?:la )?remise|message non distribu|(?:votre )?message n['’ ]a pas pu|no se p(?:uede|udo) entregar|"
    r"mensaje no entregado|non recapitabile|mancat[ao] (?:consegna|recapito)|impossibile recapitare|"
    r"onbestelbaar|niet te bezorgen|niedostarcz|nie można (?:było )?dostarczyć|zwrot|não entreg|"
    r"não (?:é|foi) possível entregar|falha na entrega|kan inte levereras|olevererbart|det gick inte att leverera|"
    r"kan ikke leveres|(?:ble )?ikke levert|levering mislykke|ei voitu toimittaa|toimitus epäonnistui|"
    r"nelze doručit|nedoručen|nedoručiteln|kézbesíthetetlen|nelivrabil|teslim edilemedi|iletilemedi|"
    r"не (?:доставлен|удается доставить|удалось доставить)|недоставленн|не вдалося доставити|αδυναμία παράδοσης|"
    r"配信不[能可]|配達不能|送信エラー|无法送达|未送达|無法(?:傳遞|送達)|未傳遞|传递失败|系统退信|退信|"
    r"배달(?:되지|할 수)|전송 실패|"
    r"zustellungsfehler|(?:mail|e-?mail)?-?zustellung fehlgeschlagen|(?:mail|e-mail) wurde nicht zugestellt|"
    r"ihre (?:nachricht|e-?mail) konnte nicht|mail failure|systems bounce|bounced? e?-?mail|mailbox full|postfach voll)",
    re.I,
)
BOUNCE_TEXT = re.compile(
    r"qmail-send program|(?:could not|couldn't|cannot|can't|was not able to|unable to) (?:be )?deliver|"
    r"did not reach the following recipient|created automatically by mail delivery software|"
    r"undelivered message|undeliverable|delivery (?:to the following|has failed|failed|failure)|"
    r"following (?:address|recipient)\w* fail|"
    r"(?:permanent|fatal) (?:fatal )?error|user unknown|unknown user|mailbox (?:unavailable|is full|full|not found)|"
    r"recipient (?:address )?rejected|message .{0,40}returned to|returned mail|reason for (?:the )?(?:return|failure)|"
    r"transcript of session|unrouteable address|no such (?:user|recipient|mailbox)|remote host said|"
    r"fehler bei der (?:nachrichten)?zustellung|"
    r"konnte nicht zugestellt|nicht zugestellt (?:werden|an\b)|wurden? nicht zugestellt|empfänger nicht erreicht|"
    r"not (?:been )?delivered|(?:mailbox|mail box|quota) .{0,60}(?:is full|exceeded)|postfach .{0,60}voll|"
    r"échec de la remise|n'a pas pu être remis|no se pudo entregar|impossibile recapitare|退回|送达|配信|"
    r"сбой доставки|не удалось доставить|"
    r"\b5[0-7]\d[ -]5\.\d{1,3}\.\d{1,3}\b|\b5\.[1-7]\.\d{1,3}\b|\b55[0-4] ",
    re.I,
)
ABSENCE = re.compile(
    r"(?:re:\s*|aw:\s*)?\[?(?:(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|antwort)|autore|"
    r"(?:abwesen(?:d|heit)|urlaub|absence|vacation|(?:ich )?bin .{0,30}(?:nicht im (?:büro|hause)|im urlaub|abwesend)|"
    r"i(?:['’]m| am) (?:currently )?(?:out of (?:the )?office|on (?:vacation|holiday|leave)))\b.{0,40}\b(?:re|aw|antw)\s?|"
    r"(?:i am )?(?:currently )?out of (?:the )?office(?: auto\w*)?(?: reply)?|vacation (?:reply|response|message|notice)|"
    r"away from (?:my )?(?:mail|desk|office)|yahoo! auto response|ooo|"
    r"automatische (?:e-?mail-?)?(?:antwort|abwesenheits\w+)|"
    r"abwesenheits(?:notiz|nachricht|meldung|assistent|info|benachrichtigung)|"
    r"urlaubs(?:notiz|nachricht|meldung)|nicht im (?:büro|hause)|"
    r"réponse automatique|message d['’]absence|absence du bureau|absent du bureau|respuesta automática|"
    r"fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)|automatisch antwoord|"
    r"afwezig(?:heidsbericht)?|niet aanwezig|autosvar|automatis[kt]+ svar|frånvaro(?:meddelande)?|fraværs(?:melding|besked)|"
    r"ikke til stede|automaattinen vastaus|poissa(?:olo)?(?:viesti)?|"
    r"odpowiedź automatyczna|automatyczna odpowiedź|nieobecność|resposta automática|ausência temporária|"
    r"automatická odpov[eě]ď|mimo kancelář|automatikus válasz|otomatik (?:yanıt|cevap)|răspuns automat|"
    r"αυτόματη απάντηση|автоматический ответ|автоответ(?:чик)?|автоматична відповідь|автоматичен отговор|"
    r"automatski odgovor|samodejni odgovor|automaatvastus|automātiskā atbilde|automatinis atsakymas|"
    r"自動応答|自動返信|不在通知|自动(?:答复|回复)|自動(?:回覆|回复)|자동\s?(?:회신|응답)|부재\s?중|תשובה אוטומטית|رد تلقائي)"
    r"\s*(?:[:\uff1a\[\]]|re:|$)|"
    r"auto:.{0,80}\b(?:out of|außer haus|abwesend|not in|absent|away|im urlaub)\b|"
    r"auto:\s*(?:re|aw|antw)\s?:|"
    r"[\w .,'-]{2,60} (?:is (?:currently )?out of (?:the )?office|ist (?:außer haus|nicht im (?:büro|hause)|abwesend))\.?"
    r"\s*(?:\(|$))",
    re.I,
)
