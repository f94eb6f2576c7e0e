"""Markdown of articles as safe HTML for pages and as plain text for replies."""

import re

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from helpdesk.lib.html import clean_rendered

_LONGEST = 50_000
_DEEPEST = 20
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
# Headings stand below those of the page.
_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h5", "h6": "h5"}
_TAGS = {
    *{"p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"},
    *{"h3", "h4", "h5", "table", "thead", "tbody", "tr", "th", "td"},
}
_PICTURE = re.compile(r"/knowledge/attachments/[0-9a-f-]{36}/")


def render(markdown: str, *, pictures: bool = False) -> SafeString:
    """
    Turn Markdown into clean HTML; HTML inside it is shown as text, pictures from elsewhere as links.

    Our own pictures are shown where `pictures` says so; elsewhere, as in a mail, their words stand for them.
    """
    tokens = _parse(markdown, pictures=pictures)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return clean_rendered(html, tags=_TAGS, pictures=pictures)


def plain(markdown: str) -> str:
    """Turn Markdown into text for a reply: marks gone, lists numbered, links spelt out."""
    lines: list[str] = []
    counters: list[int | None] = []
    item = ""
    for token in _parse(markdown):
        if token.type in ("ordered_list_open", "bullet_list_open"):
            counters.append(int(token.attrs.get("start", 1)) - 1 if token.type.startswith("ordered") else None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            counters.pop()
            if not counters:
                lines.append("")
        elif token.type == "list_item_open":
            item = _bullet(counters)
        elif token.type == "inline":
            indent = "   " * (len(counters) - (1 if item else 0))
            lines += [
                indent + item + part if not number else "   " * len(counters) + part
                for number, part in enumerate(_inline(token.children or []).split("\n"))
            ]
            item = ""
        elif token.type in ("fence", "code_block"):
            lines += ["   " * (len(counters) + 1) + line for line in token.content.rstrip("\n").split("\n")]
        if token.type in ("paragraph_close", "heading_close", "fence", "code_block", "tr_close") and not counters:
            lines.append("")
    return "\n".join(line for number, line in enumerate(lines) if line or (number and lines[number - 1])).strip("\n")


def _parse(markdown: str, *, pictures: bool = False) -> list[Token]:
    tokens = _MARKDOWN.parse(markdown[:_LONGEST])
    for token in tokens:
        if token.type == "inline":
            token.children = [part for child in token.children or [] for part in _pictured(child, pictures=pictures)]
    return tokens


def _pictured(child: Token, *, pictures: bool) -> list[Token]:
    """Leave our own pictures, and turn those from elsewhere into links: nobody's server learns who reads."""
    if child.type != "image":
        return [child]
    address, words = str(child.attrs.get("src", "")), child.content
    if _PICTURE.fullmatch(address):
        return [child] if pictures else [_text(words)]
    return [_text("!"), Token("link_open", "a", 1, attrs={"href": address}), _text(words), Token("link_close", "a", -1)]


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)


def _bullet(counters: list[int | None]) -> str:
    number = counters[-1]
    if number is None:
        return "- "
    counters[-1] = number + 1
    return f"{number + 1}. "


def _inline(children: list[Token]) -> str:
    text, links = "", []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            text += "\n"
        elif child.type == "link_open":
            links.append((str(child.attrs.get("href", "")), len(text)))
        elif child.type == "link_close" and links:
            href, start = links.pop()
            if href.removeprefix("mailto:").rstrip("/") != text[start:].rstrip("/"):
                text += f" ({href})"
        else:
            text += child.content
    return text
