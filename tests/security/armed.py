"""Tells without a browser what in a piece of HTML could act; enough for what a cleaner or an escaping has written."""

import re
from collections.abc import Set
from html.parser import HTMLParser

_TAGS = {
    "script", "iframe", "object", "embed", "applet", "frame", "frameset", "base", "svg", "math", "form", "input",
    "button", "select", "textarea", "style", "link", "meta", "template", "noscript", "audio", "video", "source", "portal",
    "marquee", "dialog", "title", "xmp", "plaintext", "isindex", "image", "area", "map",
}  # fmt: skip
# What our own pages and letters bring themselves.
PAGE = frozenset(_TAGS - {"iframe", "object", "embed", "applet", "frame", "frameset", "base", "math", "style", "image"})
LETTER = frozenset({"meta", "title", "style"})
_HIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff]")
_LINK = re.compile(r"https?://|mailto:|tel:|/(?![/\\])|#|\?", re.I)
_PICTURE = re.compile(r"/(?:[\w:.~-]+/)*attachments/[\w./~-]+|cid:[\w.@-]+|/static/[\w./#-]+")
_ASKED = re.compile(r"[?&](?:hx=)?ran\b|^js:|\bran=")
_STYLE = re.compile(r"url|image|expression|@import|\\|var\(|behavior|binding|position|z-index", re.I)


def armed(html: str, *, allowed: Set[str] = frozenset()) -> list[str]:
    """List what could run or ask somebody; `allowed` are tags that the page around brings itself."""
    reader = _Reader(_TAGS - allowed)
    reader.feed(html)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self, tags: Set[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.tags, self.found = tags, list[str]()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in self.tags or (tag == "script" and not any(name == "src" for name, _ in attributes)):
            self.found.append(tag)
        for name, value in attributes:
            if _acts(name, value or ""):
                self.found.append(f"{tag} {name}={value}")

    handle_startendtag = handle_starttag


def _acts(name: str, value: str) -> bool:
    if name.startswith(("on", "hx-on", "data-hx-on")) or name in (
        "srcdoc",
        "srcset",
        "ping",
        "formaction",
        "xlink:href",
    ):
        return True
    if name.startswith(("hx-", "data-hx-")):
        return bool(_ASKED.search(value))
    if name == "style":
        return bool(_STYLE.search(value))
    if name in ("href", "action", "cite"):
        return not _LINK.match(_HIDDEN.sub("", value))
    return name in ("src", "background", "poster", "data") and not _PICTURE.fullmatch(value)
