"""What changed between two states of a text, word by word; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from typing import Literal

from knowledgebase.operations import Content

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_CHARACTERS = 20_000  # beyond it lines are compared, not words


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed, came or went."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True)
class Difference:
    """A field that changed, and how."""

    field: str
    pieces: tuple[Piece, ...]


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[Difference]:
    """Compare two states field by field; fields that say the same are left out."""
    return [
        Difference(field.name, tuple(_pieces(old.get(field.name, ""), new.get(field.name, ""))))
        for field in fields(Content)
        if old.get(field.name, "") != new.get(field.name, "")
    ]


def _pieces(old: str, new: str) -> list[Piece]:
    before, after = _split(old, new)
    pieces = []
    for action, i, j, k, m in SequenceMatcher(None, before, after, autojunk=len(before) > 2_000).get_opcodes():
        if action == "equal":
            pieces.append(Piece("same", "".join(before[i:j])))
            continue
        if i < j:
            pieces.append(Piece("removed", "".join(before[i:j])))
        if k < m:
            pieces.append(Piece("added", "".join(after[k:m])))
    return pieces


def _split(old: str, new: str) -> tuple[list[str], list[str]]:
    if len(old) + len(new) > _MOST_CHARACTERS:
        return old.splitlines(keepends=True), new.splitlines(keepends=True)
    return _WORDS.findall(old), _WORDS.findall(new)
