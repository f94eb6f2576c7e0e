"""Files that old mail programs put into the text by uuencode."""

import re

from channels_intake.email import limits
from channels_intake.email.files import safe_name
from channels_intake.email.transfer import uudecode

_BEGIN = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,255})\n(?=[!-`][^\n]{0,90}\n)", re.M)


def extract_files(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return the text without its uuencoded files, and the files by name."""
    kept: list[str] = []
    files: list[tuple[str, bytes]] = []
    at = 0
    while len(files) <= limits.FILES and (begin := _BEGIN.search(text, at)) is not None:
        end = text.find("\nend", begin.end())
        if end < 0:
            break
        data = uudecode(text[begin.start() : end + 1].encode("latin-1", "replace"))
        if data:
            kept.append(text[at : begin.start()])
            files.append((safe_name(begin[1]), data))
        else:
            kept.append(text[at : end + 4])
        at = end + 4
    kept.append(text[at:])
    return "".join(kept), files
