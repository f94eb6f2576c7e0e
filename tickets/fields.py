"""Form fields of what agents write: files, addresses, and what they had taken back."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext

from tickets import addresses

LARGEST_FILE = 25 * 1024 * 1024
MOST_FILES = 50


@dataclass(frozen=True)
class Upload:
    """A file from the browser, as `tickets.operations.files` wants it."""

    name: str
    content_type: str
    data: bytes
    inline: bool = False
    content_id: str = ""


class FilesInput(forms.ClearableFileInput):
    """Lets several files be chosen."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each of a bearable size."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """
        Read the files.

        :raises ValidationError: if one is too large or there are too many.
        """
        files: Iterable[UploadedFile[Any]] = [file for file in data or [] if file]
        files = list(files)
        if len(files) > MOST_FILES or any((file.size or 0) > LARGEST_FILE for file in files):
            raise ValidationError(gettext("At most 50 files of 25 MB each: leave some out or send a link."))
        return [Upload(file.name or "", file.content_type or "", file.read()) for file in files]


class AddressesField(forms.CharField):
    """Addresses of people, separated by commas."""

    def clean(self, value: Any) -> list[str]:
        """
        Read the addresses.

        :raises ValidationError: if one is none, or is ours, or there are too many.
        """
        return addresses.read(super().clean(value) or "")


class NumbersField(forms.Field):
    """Numbers of rows, from several fields of one name; what is no number is left out."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[int]:
        """Read the numbers."""
        return [int(one) for one in value or [] if str(one).isascii() and str(one).isdigit() and len(str(one)) < 19]


class KeysField(forms.Field):
    """Keys of files, from several fields of one name; what is no key is left out."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[uuid.UUID]:
        """Read the keys."""
        return [key for one in value or [] if (key := _key(str(one))) is not None]


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
