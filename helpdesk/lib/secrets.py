"""Secrets in the database: encrypted with a ring of keys, of which the first encrypts and all decrypt."""

import base64
import hashlib
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class Undecipherable(Exception):
    """The text was encrypted with a key that is not in FIELD_KEYS, or was tampered with."""


def encrypt(text: str) -> bytes:
    """Encrypt with the first key."""
    return _ring().encrypt(text.encode())


def decrypt(data: bytes) -> str:
    """
    Decrypt with whichever key fits.

    :raises Undecipherable: if none does.
    """
    try:
        return _ring().decrypt(data).decode()
    except InvalidToken:
        raise Undecipherable("None of the FIELD_KEYS fits; add the key it was encrypted with.") from None


def rotate(data: bytes) -> bytes:
    """
    Encrypt again with the first key.

    :raises Undecipherable: if no key of the ring fits.
    """
    try:
        return _ring().rotate(data)
    except InvalidToken:
        raise Undecipherable("None of the FIELD_KEYS fits; add the key it was encrypted with.") from None


class SecretField(models.BinaryField):  # type: ignore[type-arg]  # not generic when it runs
    """Holds a secret as encrypted bytes; whoever needs it decrypts it, so no list and no dump shows it."""

    description = "Encrypted text"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", bytes)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


def _ring() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in settings.FIELD_KEYS])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"helpdesk field key:{secret}".encode()).digest())
