"""Turn the bytes of a mail into an Envelope. Pure: no database, no clock, no network."""

import hashlib
import re

from channels_intake.email import limits
from channels_intake.email.addresses import first_sender, parse_addresses
from channels_intake.email.bodies import Body, meta_charset
from channels_intake.email.bounces import Returned, returned_mail
from channels_intake.email.contents import read_contents
from channels_intake.email.files import attached
from channels_intake.email.headers import (
    headers_of,
    ids_in,
    language_of,
    message_id_of,
    null_sender,
    sent_at_of,
    subject_of,
)
from channels_intake.email.parts import Part
from channels_intake.email.quotes import split_reply
from channels_intake.email.robots import Robot, judge
from channels_intake.email.sealed import without_armour
from channels_intake.email.structure import split_mail
from channels_intake.email.words import decode_words, one_line
from channels_intake.envelope import Attached, Envelope


class Unreadable(Exception):
    """There is nothing to read."""


def to_envelope(raw: bytes) -> Envelope:
    """
    Read a mail, however broken; what had to be left out stands in the envelope's notes.

    :raises Unreadable: if the mail is empty.
    """
    if not raw.strip():
        raise Unreadable("The mail is empty.")
    root, notes = split_mail(raw)
    charset = _charset_hint(root)
    body = read_contents(root, notes)
    subject = subject_of(root, charset)
    robot = judge(root, subject, body.text)
    returned = returned_mail(root, body.text) if robot.bounce else Returned()
    files = _files(body, notes)
    return _assemble(raw, root, charset, subject, body, robot, returned, files, notes)


def _assemble(
    raw: bytes,
    root: Part,
    charset: str,
    subject: str,
    body: Body,
    robot: Robot,
    returned: Returned,
    files: tuple[Attached, ...],
    notes: list[str],
) -> Envelope:
    name, address = first_sender([value for key in _SENDERS for value in root.all(key)], charset)
    message_id = message_id_of(root)
    text = without_armour(body.text)
    reply = split_reply(text, forwarded=_is_forward(subject), answers=_is_answer(root, subject))
    return Envelope(
        channel="email",
        external_id=message_id or f"sha256:{hashlib.sha256(raw).hexdigest()}",
        from_address=address,
        from_name=name,
        subject=subject,
        text=body.text if robot.bounce else reply.new,
        full_text=body.text,
        html=body.html,
        attachments=files,
        to=_addresses(root, "to", charset),
        cc=_addresses(root, "cc", charset),
        sent_at=sent_at_of(root),
        message_id=message_id,
        in_reply_to=_ids(root, "in-reply-to"),
        references=_ids(root, "references"),
        signature="" if robot.bounce else reply.signature,
        auto_generated=robot.auto_generated,
        auto_reply=robot.auto_reply,
        bounce=robot.bounce,
        bounced_ids=returned.ids,
        bounced_addresses=returned.addresses,
        bounce_failed=returned.failed,
        language_hint=language_of(root),
        notes=tuple(dict.fromkeys(notes)),
        authentication_results=tuple(
            one_line(decode_words(value)) for value in root.all("authentication-results")[:20]
        ),
        delivered_to=tuple(dict.fromkeys(a for key in _DELIVERED for a in _addresses(root, key, charset))),
        return_path="" if null_sender(root) else next(iter(_addresses(root, "return-path", charset)), None),
        headers=headers_of(root, charset),
    )


_FORWARDS = re.compile(
    r"[\[(\s]*(?:fwd?|wg|weitergeleitet|tr|rv|enc|i|doorst|doorgestuurd|vs: fw|vb|vl|pd|tov|továbbítás|ilt|i̇lt|πρθ|"
    r"转发|轉寄|転送|пересл)\.?\s?[:\uff1a]",
    re.I,
)
_ANSWERS = re.compile(
    r".{0,40}\[#\d{1,12}\]|[\[(\s]*(?:re|aw|antw|antwort|sv|vs|ref|rif|r|res|odp|od|vá|ynt|yan|atb|на|ответ|απ|bls|"
    r"回复|回覆|答复|返信|답장|رد|השב)\.?\s?(?:[\[(^]?\d{1,3}[\])]?)?\s?[:\uff1a]",
    re.I,
)
_SENDERS = ("from", "reply-to", "sender", "return-path")
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")


def _charset_hint(root: Part) -> str:
    """Return the charset the body names: headers sent as raw 8-bit are likely in the same."""
    for part in root.walk():
        if part.content_type.startswith("text/"):
            return part.parameters.get("charset", "") or meta_charset(part.source[part.start : part.start + 4_096])
    return ""


def _addresses(root: Part, name: str, charset: str) -> tuple[str, ...]:
    found = (address for value in root.all(name)[:20] for _, address in parse_addresses(value, charset) if address)
    return tuple(dict.fromkeys(found))[: limits.ADDRESSES]


def _ids(root: Part, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for value in root.all(name)[:5] for one in ids_in(value)))


def _is_forward(subject: str) -> bool:
    return bool(_FORWARDS.match(subject))


def _is_answer(root: Part, subject: str) -> bool:
    return bool(root.first("in-reply-to") or root.first("references") or _ANSWERS.match(subject))


def _files(body: Body, notes: list[str]) -> tuple[Attached, ...]:
    files: list[Attached] = []
    for number, (part, inline) in enumerate(body.files, start=1):
        if len(files) >= limits.FILES:
            notes.append(f"too_many_files:{len(body.files) - limits.FILES}")
            break
        if file := attached(part, number, inline, notes):
            files.append(file)
    return tuple(files)
