"""Signed and encrypted mail: what can be read is shown, its parts are kept as they came, nothing is checked."""

import re
from dataclasses import replace

from django.utils.translation import gettext

from channels_intake.email import ber, limits
from channels_intake.email.files import given_name
from channels_intake.email.parts import Part
from channels_intake.email.structure import split_mail
from channels_intake.email.transfer import decoded

_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_WRAPPED = 5  # signatures around signatures
_ARMOUR = re.compile(r"^-----BEGIN PGP (MESSAGE|SIGNED MESSAGE)-----[ \t]*$", re.M)
_SIGNED_TEXT = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z-]{1,20}: [^\n]{0,200}\n)*\n?", re.M)
_SIGNATURE = re.compile(r"^-----BEGIN PGP SIGNATURE-----[ \t]*$", re.M)
_SIGNATURE_END = re.compile(r"^-----END PGP SIGNATURE-----[ \t]*$", re.M)


def open_signed(root: Part, notes: list[str], depth: int = 0) -> None:
    """Put the content of opaque signatures into the tree, and note what is signed or encrypted."""
    for part in list(root.walk()):
        kind, protocol = part.content_type, part.parameters.get("protocol", "").lower()
        if kind == "multipart/signed":
            notes.append("signed_pgp" if "pgp" in protocol else "signed_smime")
        elif kind in ("multipart/encrypted", "application/pgp-encrypted"):
            notes.append("encrypted_pgp")
        elif _is_pkcs7(part) and depth < _WRAPPED and (inner := _opened(part, notes)):
            open_signed(inner, notes, depth + 1)
            part.become_mixed([inner, replace(part, children=[])])


def _is_pkcs7(part: Part) -> bool:
    if part.content_type in _PKCS7:
        return True
    return part.content_type == "application/octet-stream" and given_name(part).lower() == "smime.p7m"


def _opened(part: Part, notes: list[str]) -> Part | None:
    if part.end - part.start > limits.MAIL_BYTES:
        return None
    data = decoded(part)
    try:
        if ber.kind_of(data) != ber.SIGNED:
            notes.append("encrypted_smime")
            return None
        content = ber.signed_content(data)
    except ber.NotCms:
        if "signed" not in part.parameters.get("smime-type", ""):
            notes.append("encrypted_smime")
        return None
    if not content.strip():
        return None
    notes.append("signed_smime")
    inner, cut = split_mail(content)
    notes.extend(cut)
    return inner


def note_armour(text: str, notes: list[str]) -> None:
    """Note a text that is signed or encrypted within itself."""
    found = _ARMOUR.search(text[: limits.TEXT_CHARS])
    if found:
        notes.append("encrypted_pgp" if found[1] == "MESSAGE" else "signed_pgp")


def without_armour(text: str) -> str:
    """Return a signed text without the lines its signature put around it."""
    opening = _SIGNED_TEXT.search(text)
    if opening is None or (signature := _SIGNATURE.search(text, opening.end())) is None:
        return text
    signed = re.sub(r"^- ", "", text[opening.end() : signature.start()], flags=re.M)
    end = _SIGNATURE_END.search(text, signature.end())
    return "\n".join(filter(str.strip, (text[: opening.start()], signed, text[end.end() :] if end else "")))


def is_encrypted(notes: list[str]) -> bool:
    """Tell whether something in the mail is encrypted."""
    return any(note.startswith("encrypted_") for note in notes)


def apology() -> str:
    """Say that there is nothing to read."""
    return gettext("This mail is encrypted; it can't be read here. Its parts are attached.")
