"""Find out which mail came back, and from whom."""

import re
from dataclasses import dataclass
from itertools import islice

from channels_intake.email.addresses import clean_address, parse_addresses
from channels_intake.email.headers import ids_in
from channels_intake.email.parts import Part
from channels_intake.email.structure import split_mail
from channels_intake.email.transfer import decoded

_READ = 200_000
_RECIPIENT = re.compile(
    rb"^(?:Final|Original)-Recipient[ \t]*:[ \t]*(?:[^;\r\n]{1,40};)?[ \t]*([^\r\n]{3,300})", re.I | re.M
)
_ACTION = re.compile(rb"^Action[ \t]*:[ \t]*([A-Za-z]{3,20})", re.I | re.M)
_RAW_ID = re.compile(rb"^[ \t>|]{0,8}Message-I[dD][ \t]*:[ \t]*(?:\r?\n[ \t>]+)?(<[^<>\r\n]{3,500}>)", re.I | re.M)
_ID_LIST = re.compile(
    rb"^[ \t>|]{0,8}(?:References|In-Reply-To)[ \t]*:((?:[^\r\n]*\r?\n[ \t]+(?=<))*+[^\r\n]*)", re.I | re.M
)
_ALONE = re.compile(r"^[ \t]*<?([^\s<>@]{1,64}@[^\s<>@:]{1,255})>?[ \t]*:?[ \t]*(?:\(.{0,80}\))?[ \t]*$", re.M)
_TEXT = 5_000
_QUOTED = re.compile(r"^[-> \t]{0,8}(?:Received|Return-Path|Message-I[dD]|From|Von|De)[ \t]*:", re.M)
_ANYWHERE = re.compile(r"(?<![\w.+-])[\w.+=-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DAEMON = re.compile(r"mailer-daemon|postmaster|no-?reply|abuse", re.I)
_ORIGINAL = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"})


@dataclass(frozen=True, slots=True)
class Returned:
    """
    Message-IDs of the returned mail, its own first, and the addresses that refused it.

    `failed` is what the report says by itself: false where a mail is only late or even arrived, none if it says nothing.
    """

    ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    failed: bool | None = None


def returned_mail(root: Part, text: str) -> Returned:
    """Read the attached original and status of a bounce, or what its text quotes of them."""
    own = {one for raw in root.all("message-id") for one in ids_in(raw)}
    ids: list[str] = []
    actions: list[bytes] = []
    related: list[str] = [one for raw in root.all("in-reply-to") for one in ids_in(raw)]
    related.extend(one for raw in root.all("references") for one in reversed(ids_in(raw)))  # the last is the nearest
    addresses: list[str] = [
        clean_address(part) for raw in root.all("x-failed-recipients") for part in raw.decode("latin-1").split(",")
    ]
    for part in root.walk():
        if part.content_type in _ORIGINAL:
            _read_original(decoded(part)[:_READ], ids, related)
        elif part.content_type == "message/delivery-status":
            status = decoded(part)[:_READ]
            addresses.extend(_recipients(status))
            actions.extend(found[1].lower() for found in islice(_ACTION.finditer(status), 50))
    quoted = text[:_READ].encode()
    ids.extend(one for found in islice(_RAW_ID.finditer(quoted), 20) for one in ids_in(found[1]))
    related.extend(one for found in islice(_ID_LIST.finditer(quoted), 20) for one in ids_in(found[1]))
    if not any(addresses):
        addresses.extend(_recipients(quoted))
        addresses.extend(clean_address(found) for found in _ALONE.findall(text[:5_000])[:20])
    if not any(addresses):
        addresses.extend(_named_in(text, root))
    found = [one for one in dict.fromkeys(ids + related) if one not in own]
    refused = tuple(dict.fromkeys(address for address in addresses if address))[:50]
    return Returned(tuple(found[:50]), refused, b"failed" in actions if actions else None)


def _named_in(text: str, root: Part) -> list[str]:
    """List the addresses a text names above the mail it quotes; not its own sender's and recipients'."""
    quoted = _QUOTED.search(text[:_TEXT])
    ours = {
        address
        for name in ("to", "cc", "from", "return-path", "delivered-to")
        for raw in root.all(name)[:5]
        for _, address in parse_addresses(raw[:5_000])
    }
    named = _ANYWHERE.finditer(text[: quoted.start() if quoted else _TEXT])
    found = (clean_address(one[0]) for one in islice(named, 50))
    return [one for one in dict.fromkeys(found) if one and one not in ours and not _DAEMON.match(one)][:5]


def _read_original(raw: bytes, ids: list[str], related: list[str]) -> None:
    head, _ = split_mail(raw)
    ids.extend(one for value in head.all("message-id") for one in ids_in(value))
    related.extend(one for name in ("in-reply-to", "references") for value in head.all(name) for one in ids_in(value))


def _recipients(data: bytes) -> list[str]:
    return [clean_address(found[1].decode("utf-8", "replace")) for found in islice(_RECIPIENT.finditer(data), 50)]
