"""E-mail addresses as people write them, and which of them are ours."""

from email.utils import getaddresses

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.module_loading import import_string
from django.utils.translation import gettext

MOST = 20
# Mailboxes belong to the channels, which stand above the tickets.
_OWN = "channels_intake.senders.own_addresses"


def own() -> set[str]:
    """List the addresses that we are written to at and write from."""
    addresses: set[str] = import_string(getattr(settings, "OWN_ADDRESSES", _OWN))()
    return addresses


def bare(address: str) -> str:
    """Give an address in small letters, without the part behind a plus sign."""
    name, at, domain = address.strip().lower().rpartition("@")
    return f"{name.partition('+')[0]}{at}{domain}"


def read(text: str) -> list[str]:
    """
    Read addresses separated by commas, semicolons or lines; each once, in small letters.

    :raises ValidationError: if one is none, or is ours, or there are too many.
    """
    parts = [part for part in text.replace(";", ",").replace("\r", "\n").replace("\n", ",").split(",") if part.strip()]
    found = list(dict.fromkeys(_address(part.strip()) for part in parts))
    if len(found) > MOST:
        raise too_many()
    if found and (ours := {bare(address) for address in own()}.intersection(bare(address) for address in found)):
        raise ValidationError(gettext("%(address)s is an address of this helpdesk.") % {"address": min(ours)})
    return found


def too_many() -> ValidationError:
    """Say that there are too many of them."""
    return ValidationError(gettext("At most %(count)s people can get a copy.") % {"count": MOST})


def _address(text: str) -> str:
    address = getaddresses([text])[0][1].lower()
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError(gettext("“%(text)s” is not an e-mail address.") % {"text": text[:100]}) from None
    return address[:254]
