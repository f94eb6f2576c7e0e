"""Markdown of articles as safe HTML for pages and as plain text for replies."""

from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

_LONGEST = 50_000
_DEEPEST = 20
_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST})
    .enable(["table", "strikethrough"])
    .disable("image")
)
# Headings stand below those of the page.
_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h5", "h6": "h5"}
_TAGS = {
    *{"p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"},
    *{"h3", "h4", "h5", "table", "thead", "tbody", "tr", "th", "td"},
}


def render(markdown: str) -> SafeString:
    """Turn Markdown into clean HTML; HTML inside it is shown as text, pictures as links."""
    tokens = _MARKDOWN.parse(markdown[:_LONGEST])
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        attribute_filter=_only_outside,
        link_rel="noopener noreferrer",
    )
    return mark_safe(clean)  # noqa: S308 cleaned just above


def plain(markdown: str) -> str:
    """Turn Markdown into text for a reply: marks gone, lists numbered, links spelt out."""
    lines: list[str] = []
    counters: list[int | None] = []
    item = ""
    for token in _MARKDOWN.parse(markdown[:_LONGEST]):
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


def _only_outside(tag: str, attribute: str, value: str) -> Any:
    """Keep absolute links only: an address relative to our own pages could be made to act in the reader's name."""
    if attribute == "href" and not value.lower().startswith(("http://", "https://", "mailto:", "tel:")):
        return None
    return value
