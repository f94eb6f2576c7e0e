"""Tell mail that machines wrote: bounces, absence notices, newsletters, other helpdesks."""

import re
from dataclasses import dataclass

from channels_intake.email.addresses import parse_addresses
from channels_intake.email.headers import null_sender
from channels_intake.email.parts import Part
from channels_intake.email.words import decode_words, one_line


@dataclass(frozen=True, slots=True)
class Robot:
    """What kind of machine wrote a mail, if one did."""

    auto_generated: bool = False
    auto_reply: bool = False
    bounce: bool = False


def judge(root: Part, subject: str, text: str) -> Robot:
    """Tell from headers, structure and wording whether a machine wrote this."""
    bounce = _is_bounce(root, subject, text)
    reply = not bounce and _is_auto_reply(root, subject)
    return Robot(auto_generated=bounce or reply or _is_generated(root, subject), auto_reply=reply, bounce=bounce)


_DAEMON = re.compile(
    r"mailer[-_.]?daemon|mail[-_.]daemon|mail\.delivery\.system|double-bounce|mdaemon|"
    r"mail deliver(?:y)? (?:sub)?system|internet mail delivery|mail delivery service",
    re.I,
)
_UNANSWERED = re.compile(r"(?:no|do[-_.]?not|donot|nicht)[-_.]?(?:reply|antworten)\b")
_POSTMASTER = re.compile(
    r"\bpoo?st[-_.]?master\b|\bsystem administrator\b|ndr administrator|microsoft outlook\b|\bmicrosoft exchange", re.I
)
_BOUNCE_SUBJECT = re.compile(
    r"(?:re:\s*)?\W{0,3}(?:"
    r"undeliver(?:ed|able)|unzustellbar|nicht zustellbar|returned (?:mail|to sender)|mail system error|"
    r"failure (?:notice|delivery)|"
    r"(?:mail |message |e-?mail )?delivery (?:status|notification|failure|failed|has failed|problem|error|report)|"
    r"(?:mail|message|e-mail) (?:delivery )?(?:failure|failed|could not be delivered|delivery has failed|"
    r"not delivered)|"
    r"(?:delivery|mail|message) delay(?:ed)?|delayed (?:mail|message)|(?:automatische )?unzustellbarkeits|"
    r"fehler bei der (?:nachrichten)?zustellung|zustellung (?:fehlgeschlagen|verz|der nachricht)|"
    r"nachricht (?:konnte )?nicht zugestellt|"
    r"warning: (?:could not send|message .{0,40}delayed)|could not (?:send|deliver)|nondeliverable|non[- ]?delivery|"
    r"there was an error sending your mail|message you sent blocked|notice: mail delivery|postmaster notify|"
    r"non remis|échec de la remise|message non distribu|no se puede entregar|non recapitabile|mancata consegna|"
    r"onbestelbaar|niet te bezorgen|niedostarcz|zwrot|não entreg|nelze doručit|не доставлен|недоставленн)",
    re.I,
)
_BOUNCE_TEXT = re.compile(
    r"qmail-send program|(?:could not|couldn't|cannot|can't|was not able to|unable to) (?:be )?deliver|"
    r"did not reach the following recipient|created automatically by mail delivery software|"
    r"undelivered message|undeliverable|delivery (?:to the following|has failed|failed|failure)|"
    r"following (?:address|recipient)\w* fail|"
    r"(?:permanent|fatal) (?:fatal )?error|user unknown|unknown user|mailbox (?:unavailable|is full|full|not found)|"
    r"recipient (?:address )?rejected|message .{0,40}returned to|returned mail|reason for (?:the )?(?:return|failure)|"
    r"transcript of session|unrouteable address|no such (?:user|recipient|mailbox)|remote host said|"
    r"konnte nicht zugestellt|nicht zugestellt werden|"
    r"\b5[0-7]\d[ -]5\.\d{1,3}\.\d{1,3}\b|\b5\.[1-7]\.\d{1,3}\b|\b55[0-4] ",
    re.I,
)


def _is_bounce(root: Part, subject: str, text: str) -> bool:
    types = [part.content_type for part in _some_parts(root)]
    report = root.parameters.get("report-type", "").lower() if root.content_type == "multipart/report" else ""
    if report in ("disposition-notification", "feedback-report"):
        return False
    if "message/feedback-report" in types or "message/disposition-notification" in types:
        return False
    if report == "delivery-status" or "message/delivery-status" in types or root.first("x-failed-recipients"):
        return True
    sender = _sender(root)
    head = text[:6_000]
    daemon = bool(_DAEMON.search(sender)) or root.content_type == "multipart/report"
    postmaster = bool(_POSTMASTER.search(sender)) or not _address(root)
    returned = null_sender(root) or _from_daemon(root)
    named = bool(_BOUNCE_SUBJECT.match(subject))
    worded = bool(_BOUNCE_TEXT.search(head)) or bool(_original_below(head))
    carries = any(kind in ("message/rfc822", "text/rfc822-headers", "message/partial") for kind in types)
    if daemon:
        return not _says_vacation(root)
    if postmaster or returned:
        return named or worded or (carries and (returned or postmaster))
    if carries and worded and _UNANSWERED.match(_address(root)):
        return True
    return (
        named
        and worded
        and (carries or _original_below(head))
        and not root.first("references")
        and not root.first("in-reply-to")
    )


def _is_auto_reply(root: Part, subject: str) -> bool:
    if any(value.startswith("auto-replied") for value in _values(root, "auto-submitted")):
        return True
    if any(
        root.first(name)
        for name in ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-autoreply-from", "x-mail-autoreply")
    ):
        return True
    if any(value.startswith(("auto_reply", "auto-reply")) for value in _values(root, "precedence")):
        return True
    return bool(_ABSENCE.match(subject))


_ABSENCE = re.compile(
    r"(?:re:\s*|aw:\s*)?(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|antwort)|"
    r"out of (?:the )?office(?: auto\w*)?(?: reply)?|"
    r"automatische (?:antwort|abwesenheits\w+)|abwesenheits(?:notiz|nachricht|meldung|assistent)|nicht im (?:büro|"
    r"hause)|"
    r"réponse automatique|absence du bureau|respuesta automática|risposta automatica|automatisch antwoord|autosvar|"
    r"odpowiedź automatyczna|resposta automática|automatická odpověď|автоматический ответ|автоответ)\s*(?::|\[|$)",
    re.I,
)


def _is_generated(root: Part, subject: str) -> bool:
    if any(value and not value.startswith("no") for value in _values(root, "auto-submitted")):
        return True
    if any(re.match(r"bulk|list|junk|auto", value) for value in _values(root, "precedence")):
        return True
    if any(value and value not in ("none", "0") for value in _values(root, "x-auto-response-suppress")):
        return True
    if any(root.first(name) for name in ("mailing-list", "x-mlserver", "x-loop", "feedback-id", "x-campaign")):
        return True
    if any(name.startswith("list-") for name, _ in root.headers):
        return True
    if null_sender(root) or _is_complaint(subject) or root.content_type == "multipart/report":
        return True
    return bool(_DAEMON.search(_sender(root)))


def _is_complaint(subject: str) -> bool:
    """Tell the feedback-loop reports of providers that send them without a report's structure."""
    return bool(re.match(r"complaint about message from|abuse report|\[?feedback[- ]loop", subject, re.I))


def _some_parts(root: Part) -> list[Part]:
    return [part for part, _ in zip(root.walk(), range(200), strict=False)]


def _values(root: Part, name: str) -> list[str]:
    return [raw.decode("latin-1").strip().lower() for raw in root.all(name)]


def _sender(root: Part) -> str:
    return one_line(decode_words(root.first("from")[:1_000]))


def _address(root: Part) -> str:
    return next((address for _, address in parse_addresses(root.first("from")) if address), "")


def _from_daemon(root: Part) -> bool:
    return any(_DAEMON.search(raw[:300].decode("latin-1")) for raw in root.all("return-path"))


def _says_vacation(root: Part) -> bool:
    return any(value.startswith("auto-replied") and "vacation" in value for value in _values(root, "auto-submitted"))


def _original_below(text: str) -> bool:
    """Tell whether the text quotes a mail's raw headers, as bounces without MIME do."""
    return bool(re.search(r"^(?:[-> ]*)(?:Received|Return-Path|Message-I[dD]): ", text, re.M))
