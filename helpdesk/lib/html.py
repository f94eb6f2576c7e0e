"""The one place where HTML from outside becomes HTML that may be shown."""

import html as escaping
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

import nh3
from django.utils.safestring import SafeString, mark_safe

from helpdesk.lib import html_quotes, html_style
from helpdesk.lib.html_nesting import is_too_deep
from helpdesk.lib.html_text import to_text

__all__ = [
    "Cleaned", "clean", "clean_counted", "clean_document", "clean_fragment", "clean_rendered", "from_text", "to_text",
]  # fmt: skip

MAX_CHARS = 1_000_000
MAX_TEXT_CHARS = 500_000
MAX_AMPERSANDS = 20_000


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Clean HTML, what was kept out of it, and "too_large" or "too_deep" where only its text is left."""

    html: SafeString
    blocked_pictures: int = 0
    note: str = ""
    remote_pictures: int = 0


def clean(source: str, sources: Mapping[str, str] | None = None) -> SafeString:
    """Return HTML that can neither run nor load anything foreign; `sources` maps Content-IDs to our own picture "
    "URLs."""
    return clean_counted(source, sources).html


def clean_fragment(source: str, pictures: Collection[str] = ()) -> SafeString:
    """
    Clean what our own reply editor sends: nothing is trusted because of where it was typed.

    Of references by content id those to `pictures` stay, which come with it.
    """
    return _cleaned(source, None, kept=frozenset(pictures)).html


def clean_rendered(source: str, *, tags: set[str], pictures: bool = False) -> SafeString:
    """Clean what was rendered out of a markup language to these few tags, without any style; pictures only our own."""

    def keep(tag: str, attribute: str, value: str) -> str | None:
        return _own_picture(value, {}) if (tag, attribute) == ("img", "src") else _attribute(tag, attribute, value)

    attributes = {"a": {"href"}, "ol": {"start"}, "img": {"src", "alt"}}
    cleaned = nh3.clean(
        source,
        tags=tags | {"img"} if pictures else tags,
        clean_content_tags=_DROPPED_WHOLE,
        attributes={tag: names for tag, names in attributes.items() if tag in tags or (tag == "img" and pictures)},
        attribute_filter=keep,
        link_rel="noopener noreferrer",
        url_schemes={"http", "https", "mailto", "tel"},
        generic_attribute_prefixes=set(),
    )
    return mark_safe(cleaned)  # noqa: S308 - is clean


def clean_counted(source: str, sources: Mapping[str, str] | None = None) -> Cleaned:
    """Clean like `clean` and tell how many pictures were kept out, and whether only the text could be shown."""
    return _cleaned(source, sources)


def _cleaned(
    source: str,
    sources: Mapping[str, str] | None,
    *,
    whole: bool = False,
    kept: frozenset[str] = frozenset(),
) -> Cleaned:
    """Clean; `whole`, for a document in a frame: keep pictures that stand in the mail itself and the marks of quotes."""
    source = source.replace("\x00", "")
    if len(source) > MAX_CHARS or source.count("&") > MAX_AMPERSANDS:
        return Cleaned(from_text(to_text(source)), note="too_large")
    if is_too_deep(source):
        return Cleaned(from_text(to_text(source)), note="too_deep")
    blocked: list[str] = []
    pictures = {key.strip("<>").lower(): url for key, url in (sources or {}).items()}

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            if value.startswith("cid:") and value[4:] in kept:
                return value
            own = _own_picture(value, pictures) or (_written_out(value) if whole else None)
            if own is None:
                blocked.append(value)
            return own
        if whole and (attribute in ("class", "id", "name") or (tag, attribute) == ("blockquote", "type")):
            return html_quotes.mark(tag, attribute, value)
        return _attribute(tag, attribute, value)

    cleaned = nh3.clean(
        source,
        tags=_TAGS,
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_MARKED_ATTRIBUTES if whole else _ATTRIBUTES,
        attribute_filter=keep,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        filter_style_properties=set(html_style.PROPERTIES),
        generic_attribute_prefixes=set(),
    )
    remote = sum(_REMOTE.match(value) is not None for value in blocked)
    return Cleaned(mark_safe(cleaned), blocked_pictures=len(blocked), remote_pictures=remote)  # noqa: S308 - is clean


@dataclass(frozen=True, slots=True)
class Frame:
    """How a mail is shown in a frame: in which colours, and in whose words."""

    theme: Literal["light", "dark"] = "light"
    title: str = ""
    quoted: str = ""  # what folded quotes are called; without it nothing is folded
    folds_heads: bool = True  # fold also what follows mail headers, which replies and forwards share
    remote: Callable[[int], str] | None = None  # says how many pictures were not fetched


def clean_document(
    source: str,
    sources: Mapping[str, str] | None = None,
    *,
    theme: Literal["light", "dark"] = "light",
    title: str = "",
    frame: Frame | None = None,
) -> str:
    """Return a whole document for a frame, with a policy of its own; a plain str, to be escaped as attribute."""
    frame = frame or Frame(theme=theme, title=title)
    theme, title = frame.theme, frame.title
    cleaned = _cleaned(source, sources, whole=True)
    body = html_quotes.fold(cleaned.html, words=frame.quoted, heads=frame.folds_heads)
    if frame.remote and cleaned.remote_pictures:
        said = escaping.escape(frame.remote(cleaned.remote_pictures))
        body = f'<p class="kept-out">{said}</p>{body}'
    # Mail that brings colours of its own was written for white paper.
    paper = theme == "light" or re.search(r"(?:color\s*[:=]|background\s*[:=])", body) is not None
    style = html_style.document_style("light" if paper else "dark", sheet=paper and theme == "dark")
    return (
        '<!doctype html><html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">'
        f"<title>{escaping.escape(title)}</title><style>{style}</style></head><body>{body}</body></html>"
    )


POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"


def from_text(text: str) -> SafeString:
    """Return plain text as escaped paragraphs with links, in linear time."""
    text = text[:MAX_TEXT_CHARS].replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    paragraphs = (paragraph.strip("\n") for paragraph in re.split(r"\n[ \t]*\n", text))
    shown = "".join(f"<p>{_linked(paragraph)}</p>" for paragraph in paragraphs if paragraph.strip())
    return mark_safe(shown)  # noqa: S308 - every piece is escaped in _linked


_LINK = re.compile(
    r"(?P<url>\bhttps?://[^\s<>\"'`\\^{|}]{1,2000})|(?P<mail>\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})", re.I
)


def _linked(paragraph: str) -> str:
    out: list[str] = []
    at = 0
    for match in _LINK.finditer(paragraph):
        shown = match[0].rstrip(".,;:!?*_")
        if shown.endswith(")") and "(" not in shown:
            shown = shown.rstrip(").,;:!?")
        target = _link(shown if match["url"] else f"mailto:{shown}")
        if target is None:
            continue
        out.append(_lines(paragraph[at : match.start()]))
        out.append(
            f'<a href="{escaping.escape(target)}" target="_blank" rel="noopener noreferrer nofollow">'
            f"{escaping.escape(shown)}</a>"
        )
        at = match.start() + len(shown)
    out.append(_lines(paragraph[at:]))
    return "".join(out)


def _lines(text: str) -> str:
    return escaping.escape(text).replace("\n", "<br>")


_TAGS = set(
    "a abbr address article b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn "
    "div dl dt em "
    "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s samp section "
    "small span "
    "strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var wbr".split()
)
_DROPPED_WHOLE = set(
    "script style title head noscript template svg math iframe frame frameset noframes object embed applet textarea "
    "select option "
    "xmp plaintext noembed base link meta audio video canvas dialog portal".split()
) - {"head"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "style", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"align", "bgcolor", "border", "cellpadding", "cellspacing", "width"},
    "tr": {"align", "bgcolor", "valign"},
    "td": {"align", "bgcolor", "colspan", "height", "rowspan", "valign", "width"},
    "th": {"align", "bgcolor", "colspan", "height", "rowspan", "scope", "valign", "width"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "ol": {"start", "type"},
    "li": {"value"},
    "p": {"align"},
    "div": {"align"},
    "hr": {"width", "size"},
    "font": {"color", "face", "size"},
}
_MARKED_ATTRIBUTES = _ATTRIBUTES | {
    "*": _ATTRIBUTES["*"] | {"class", "id"},
    "div": _ATTRIBUTES["div"] | {"name"},
    "blockquote": {"type"},
}
_REMOTE = re.compile(r"\s*(?:https?:|//)", re.I)
_WRITTEN_OUT = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]+", re.I)
_WORD = re.compile(r"[A-Za-z0-9#.%+-]{1,30}")
_NUMBER = re.compile(r"\d{1,4}%?")
_FREE_TEXT = frozenset({"alt", "title"})
_NUMBERS = frozenset(
    {"width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "span", "start", "value"}
)
# Characters that browsers skip or that turn a link's text around: controls, soft hyphen, zero width, bidi marks.
_SKIPPED = re.compile(
    r"[\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_SCHEME = re.compile(r"(?:https?://[^/\\?#@\s]++(?:[/?#]|$)|mailto:[^/\\\s]|tel:[+0-9])", re.I)
_OWN_PICTURE = re.compile(
    r"/(?:[A-Za-z0-9_:.~-]{1,200}/){0,3}attachments/[A-Za-z0-9_~./-]{1,300}(?:\?[A-Za-z0-9_=&%:.~-]{0,500})?"
)


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    """Return the value an attribute may keep, or nothing."""
    if tag == "a" and attribute in ("rel", "target"):
        return value  # ours: the sender's own are not in the list of attributes
    if attribute == "href":
        return _link(value)
    if attribute == "style":
        return html_style.safe_style(value)
    if attribute in _FREE_TEXT:
        return value[:1_000]
    if attribute in _NUMBERS:
        match = _NUMBER.match(value.strip())
        return match[0] if match else None
    if attribute == "face":
        return value if re.fullmatch(r"[\w ,'-]{1,200}", value) else None
    return value if _WORD.fullmatch(value) else None


def _link(value: str) -> str | None:
    """Return a web, mail or phone link freed of hidden characters, or nothing for any other."""
    value = _SKIPPED.sub("", value)[:4_000]
    return value if _SCHEME.match(value) else None


def _written_out(value: str) -> str | None:
    """Return a picture whose bytes stand in the mail itself, or nothing; drawings that could act are none."""
    return value if _WRITTEN_OUT.fullmatch(value.strip()) else None


def _own_picture(value: str, pictures: Mapping[str, str]) -> str | None:
    value = value.strip()
    if value[:4].lower() == "cid:":
        value = pictures.get(unquote(value[4:]).strip("<>").lower(), "")
    return value if _OWN_PICTURE.fullmatch(value) and ".." not in value else None
