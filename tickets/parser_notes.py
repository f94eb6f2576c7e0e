"""What reading a mail dropped, guessed or found out, in words for agents; codes are "code" or "code:detail"."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_lazy

_SENTENCES = {
    "mail_too_large": gettext_lazy("The mail is larger than 40 MB; only its beginning was read."),
    "headers_cut": gettext_lazy("The mail's headers are unusually long and were cut."),
    "too_many_parts": gettext_lazy("The mail has more parts than are read; the rest was left out."),
    "too_deep": gettext_lazy("The mail nests its parts too deeply; the innermost were kept as files."),
    "file_too_large": gettext_lazy("A file larger than 25 MB was left out."),
    "too_many_files": gettext_lazy("The mail has more than 50 files; the rest was left out."),
    "text_cut": gettext_lazy("The text is very long and was cut."),
    "html_cut": gettext_lazy("The formatted text is very long and was cut."),
    "too_many_links": gettext_lazy("The text has more than 5,000 links; they were left out."),
    "winmail_dat": gettext_lazy("Part of the mail is packed in a winmail.dat file, which could not be unpacked."),
    "invite": gettext_lazy("The mail carries an appointment."),
    "signed_smime": gettext_lazy("Signed by S/MIME (not checked)."),
    "signed_pgp": gettext_lazy("Signed by PGP (not checked)."),
    "encrypted_smime": gettext_lazy("Encrypted by S/MIME; it can't be read here."),
    "encrypted_pgp": gettext_lazy("Encrypted by PGP; it can't be read here."),
    "dmarc_fail": gettext_lazy("Our mail server could not prove that this mail comes from the address it names."),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A note in a word, with its sentence."""

    icon: str
    words: str
    why: str
    colour: str = ""


_TAGS = {
    "signed_smime": ("certificate", gettext_lazy("signed"), ""),
    "signed_pgp": ("certificate", gettext_lazy("signed"), ""),
    "encrypted_smime": ("lock", gettext_lazy("encrypted"), ""),
    "encrypted_pgp": ("lock", gettext_lazy("encrypted"), ""),
    "invite": ("calendar-event", gettext_lazy("appointment"), ""),
    "dmarc_fail": ("alert-triangle", gettext_lazy("sender not proven"), "is-warn"),
}


def sentence(note: str) -> str:
    """Word one note in the reader's language."""
    code, _, detail = note.partition(":")
    text = str(_SENTENCES.get(code, gettext("Part of the mail could not be read.")))
    return f"{text} ({detail})" if detail else text


def tags(notes: Iterable[str]) -> list[Tag]:
    """Give the notes that say what kind of mail this is: signed, encrypted, an appointment, a sender nobody proved."""
    known = [(note, _TAGS[note.partition(":")[0]]) for note in notes if note.partition(":")[0] in _TAGS]
    return [Tag(icon, str(words), sentence(note), colour) for note, (icon, words, colour) in known]


def sentences(notes: Iterable[str]) -> list[str]:
    """Word the other notes: what was left out or had to be guessed."""
    return [sentence(note) for note in notes if note.partition(":")[0] not in _TAGS]
