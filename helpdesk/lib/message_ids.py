"""Message-IDs that prove they are ours: a subject number, a random part and a keyed hash over both."""

import hashlib
import hmac
import re
import secrets

from django.conf import settings

_ID = re.compile(r"<?(\d{1,15})\.([\w-]{16})\.([0-9a-f]{20})@([\w.-]+)>?", re.ASCII)
_TOKEN = re.compile(r"(\d{1,12})\.([0-9a-f]{16})", re.ASCII)


def make(number: int) -> str:
    """Make a Message-ID about this number; nobody without our key can make or guess one."""
    random = secrets.token_urlsafe(12)
    return f"<{number}.{random}.{_sign(settings.SECRET_KEY, number, random)}@{settings.MAIL_DOMAIN}>"


def read(message_id: str) -> int | None:
    """Give the number a Message-ID of ours is about; None when it is not ours or was tampered with."""
    found = _ID.fullmatch(message_id.strip())
    if found is None:
        return None
    number, random, signature = int(found[1]), found[2], found[3]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if any(hmac.compare_digest(_sign(key, number, random), signature) for key in keys):
        return number
    return None


def address_token(number: int) -> str:
    """Make the part behind the plus sign of an address that leads to this number; it cannot be guessed."""
    return f"{number}.{_sign_address(settings.SECRET_KEY, number)}"


def read_address_token(token: str) -> int | None:
    """Give the number an address token speaks of; None when it is not ours or was tampered with."""
    found = _TOKEN.fullmatch(token.lower())
    if found is None:
        return None
    number = int(found[1])
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return number if any(hmac.compare_digest(_sign_address(key, number), found[2]) for key in keys) else None


def _sign_address(key: str, number: int) -> str:
    return hmac.new(key.encode(), f"address:{number}".encode(), hashlib.sha256).hexdigest()[:16]


def _sign(key: str, number: int, random: str) -> str:
    text = f"message-id:{number}:{random}".encode()
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()[:20]
