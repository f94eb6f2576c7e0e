"""Which parts of a mail are what its author wrote, and which are files."""

import re
from dataclasses import dataclass, field
from html import unescape

from channels_intake.email import charsets, limits
from channels_intake.email.files import disposition_of, given_name
from channels_intake.email.parts import Part
from channels_intake.email.transfer import decoded
from channels_intake.email.uuencoded import extract_files
from helpdesk.lib.html_text import to_text

_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.I)
_ENRICHED = frozenset({"text/enriched", "text/richtext"})
_TEXTUAL = frozenset({"text/plain", "text/html", "text/markdown", "text/x-markdown", "text/x-plain"}) | _ENRICHED
_LONGEST_EXCUSE = 600  # characters of a text that only says that the mail is HTML
_BEGINNING = 60_000
_FOR_OTHERS = frozenset({"text/x-amp-html", "text/watch-html"})  # the same words again, for some programs


@dataclass(slots=True)
class Body:
    """The author's words, once as text and once as HTML, and the parts that are files."""

    text: str = ""
    html: str = ""
    files: list[tuple[Part, bool]] = field(default_factory=list)  # (part, shown within the text)


@dataclass(slots=True)
class _Piece:
    part: Part
    is_html: bool

    def source(self, notes: list[str]) -> str:
        return decoded_text(self.part, notes)


def read_body(root: Part, notes: list[str]) -> Body:
    """Sort a mail's parts into its text and its files."""
    body = Body()
    chosen = _visit(root, body, "", first=True)
    texts: list[str] = []
    htmls: list[str] = []
    for alternatives in chosen:
        plain = [_without_files(piece.source(notes), piece.part, body) for piece in alternatives if not piece.is_html]
        rich = [piece.source(notes) for piece in alternatives if piece.is_html]
        htmls.extend(rich)
        if rich and (not any(_says_something(text) for text in plain) or _is_excuse("\n".join(plain), rich)):
            plain = [text for text in (html_as_text(source, notes) for source in rich) if not _repeats(text, texts)]
        texts.extend(text.strip("\n") for text in plain if text.strip())
    body.text = _cap("\n\n".join(texts), limits.TEXT_CHARS, "text_cut", notes)
    body.html = _cap("\n".join(htmls), limits.HTML_CHARS, "html_cut", notes)
    return body


def decoded_text(part: Part, notes: list[str]) -> str:
    """Return the text of a part, its line ends made one kind."""
    if part.end - part.start > limits.TEXT_BYTES:
        part.end = part.start + limits.TEXT_BYTES
        notes.append("text_cut")
    data = decoded(part)
    charset = part.parameters.get("charset", "")
    if part.content_type == "text/html" and not (charset and charsets.known(charset)):
        charset = meta_charset(data) or charset
    text = charsets.decode(data, charset)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.parameters.get("format", "").lower() == "flowed":
        text = _unflow(text, part.parameters.get("delsp", "").lower() == "yes")
    return _without_marks(text) if part.content_type in _ENRICHED else text


def _without_marks(text: str) -> str:
    """Return enriched text (RFC 1896) without its formatting."""
    text = re.sub(r"<param>[^<>]{0,500}</param>", "", text, flags=re.I)
    return re.sub(r"(<<)|</?[A-Za-z-]{1,60}>", lambda mark: "<" if mark[1] else "", text)


def meta_charset(data: bytes) -> str:
    """Return the charset an HTML document names in a meta element, or ""."""
    match = _META.search(data[:4_096])
    return match[1].decode("ascii") if match else ""


def _visit(part: Part, body: Body, parent: str, first: bool) -> list[list[_Piece]]:
    """Return the pieces of text below a part, each with its alternatives; what is no text goes to the files."""
    kind = part.content_type
    if part.children:  # no deeper than limits.NESTING
        groups: list[list[_Piece]] = []
        for child in part.children:
            groups.extend(_visit(child, body, kind, first=first and not groups))
        if kind == "multipart/alternative" and groups:
            groups = [[piece for group in groups for piece in group]]
        return groups
    if parent == "multipart/alternative" and kind in _FOR_OTHERS:
        return []
    if _is_text(part, parent, first):
        return [[_Piece(part, kind == "text/html")]]
    if kind.startswith("multipart/") and not part.children:
        part = _stray_multipart(part)
        if part.body.strip():
            return [[_Piece(part, _looks_like_html(part.body))]]
        return []
    body.files.append((part, parent == "multipart/related" or bool(part.first("content-id"))))
    return []


def _is_text(part: Part, parent: str, first: bool) -> bool:
    kind = part.content_type
    if kind not in _TEXTUAL or parent in ("multipart/digest", "multipart/encrypted"):
        return False
    disposition, parameters = disposition_of(part)
    if disposition == "attachment" and not (
        first and not parameters.get("filename") and not part.parameters.get("name") and not parent
    ):
        return False
    if given_name(part):
        return first and disposition != "attachment" and (not parent or not parameters.get("filename"))
    return True


def _stray_multipart(part: Part) -> Part:
    """Read a multipart whose delimiters never come as the text it most likely is."""
    raw = part.body
    inner = re.match(rb"(?:\s*--[^\r\n]+\r?\n)?(?:[A-Za-z-]+:[^\r\n]*\r?\n)+\r?\n", raw[:5_000])
    start = part.start + (inner.end() if inner else 0)
    return Part(part.source, headers=[("content-type", b"text/plain")], start=start, end=part.end)


def _looks_like_html(data: bytes) -> bool:
    return bool(re.match(rb"\s*<(?:!doctype|html|body|div|p|table)\b", data[:500], re.I))


def _without_files(text: str, part: Part, body: Body) -> str:
    """Take uuencoded files out of a text, as old mail programs put them there."""
    if "\nbegin " not in f"\n{text}":
        return text
    text, found = extract_files(text)
    for name, data in found:
        headers = [("content-disposition", b'attachment; filename="' + name.encode().replace(b'"', b"") + b'"')]
        body.files.append((Part(data, headers=headers, end=len(data), default_type="application/octet-stream"), False))
    return text


def _repeats(text: str, texts: list[str]) -> bool:
    """Tell whether a text only says again what one before it said."""
    return any("".join(text.split()) == "".join(other.split()) for other in texts)


def _says_something(text: str) -> bool:
    return any(char.isalnum() for char in text[:20_000])


def _is_excuse(text: str, sources: list[str]) -> bool:
    """Tell whether a short text only says that the mail is HTML: it shares few words with the HTML, which says more."""
    words = _words(text)
    if not words or len(text) > _LONGEST_EXCUSE:
        return False
    source = "\n".join(sources)[: limits.HTML_CHARS]
    shared = words & _words(unescape(source[:_BEGINNING]))
    return len(shared) * 2 < len(words) and len(_words(to_text(source))) > len(words)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def html_as_text(source: str, notes: list[str]) -> str:
    """Return HTML as text, without its links if there are too many."""
    if source.count("<a ") + source.count("<A ") > limits.LINKS:
        notes.append("too_many_links")
        source = re.sub(r"</?[aA]\b[^<>]*>", "", source)
    return to_text(_cap(source, limits.HTML_CHARS, "html_cut", notes))


def _cap(text: str, size: int, note: str, notes: list[str]) -> str:
    if len(text) <= size:
        return text
    notes.append(note)
    return text[:size]


def _unflow(text: str, delsp: bool) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676)."""
    out: list[list[str]] = []
    depth_before, open_before = -1, False
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        if open_before and depth == depth_before and content != "-- ":
            if delsp:
                out[-1][-1] = out[-1][-1][:-1]
            out[-1].append(content)
        else:
            out.append([(">" * depth + " " if depth else "") + content])
        depth_before, open_before = depth, soft
    return "\n".join("".join(pieces) for pieces in out)


def settle_inline(body: Body) -> None:
    """Count a file as shown in the text if its sender says so, or says nothing and the text refers to it."""
    low = body.html.lower()
    settled = []
    for part, related in body.files:
        disposition, _ = disposition_of(part)
        content_id = part.first("content-id").decode("utf-8", "replace").strip("<> \r\n\t").lower()
        named = bool(content_id) and f"cid:{content_id}" in low
        settled.append((part, disposition == "inline" or (not disposition and (named or related))))
    body.files = settled
