"""Which inline styles survive cleaning, and the plain look of a cleaned document."""

import re
from typing import Literal

PROPERTIES = frozenset(
    "background-color border border-bottom border-collapse border-color border-left border-right border-spacing "
    "border-style border-top "
    "border-width color direction font-family font-size font-style font-variant font-weight height letter-spacing "
    "line-height "
    "list-style-type margin margin-bottom margin-left margin-right margin-top max-width padding padding-bottom "
    "padding-left "
    "padding-right padding-top text-align text-decoration text-indent text-transform vertical-align white-space width "
    "word-break overflow-wrap".split()
)
_PLAIN = re.compile(r"[A-Za-z0-9#.,%\s-]{1,200}")
_COLOUR = re.compile(
    r"(?:[A-Za-z0-9#.%\s-]{0,80}\s)?(?:rgba?|"
    r"hsla?)\([0-9.,%\s/]{1,40}(?:deg)?[0-9.,%\s/]{0,40}\)(?:\s[A-Za-z0-9#.%\s-]{0,80})?",
    re.I,
)
_FAMILY = re.compile(r"[\w ,.'\"-]{1,300}")
_REFUSED = re.compile(
    r"(?:^|[\s,])-\s*[0-9.]|\d{5,}|[0-9.](?:vh|vw|vmin|vmax|[sld]v[hw]|cq\w+)\b|\\|expression|behavio|-moz-|-webkit-",
    re.I,
)


def safe_style(value: str) -> str | None:
    """Return the declarations that only change how text looks in its place, or nothing."""
    kept = []
    for declaration in value[:5_000].split(";")[:60]:
        name, _, content = declaration.partition(":")
        name, content = name.strip().lower(), re.sub(r"\s*!\s*important\s*$", "", content.strip(), flags=re.I)
        if name not in PROPERTIES or not content or _REFUSED.search(content):
            continue
        allowed = _FAMILY if name == "font-family" else _PLAIN
        if allowed.fullmatch(content) or _COLOUR.fullmatch(content):
            kept.append(f"{name}:{content}")
    return ";".join(kept) or None


def document_style(theme: Literal["light", "dark"], *, sheet: bool = False) -> str:
    """Return the style of a cleaned mail; `sheet` draws it as white paper on a dark page."""
    ink, paper, faint, soft, link = (
        ("#1a1d21", "#ffffff", "#8a9099", "#5b626b", "#0b5cad")
        if theme == "light"
        else ("#e6e8eb", "#16181c", "#8f96a0", "#a9b0b9", "#7db7f5")
    )
    return (
        f":root{{color-scheme:{theme}}}"
        f"body{{margin:0;padding:{'12px' if sheet else '0'};color:{ink};"
        f"background:{paper if sheet else 'transparent'};"
        "font:14px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;overflow-wrap:anywhere}"
        "body>:first-child{margin-top:0}body>:last-child{margin-bottom:0}"
        f"a{{color:{link}}}img{{max-width:100%;height:auto}}table{{max-width:100%;border-collapse:collapse}}"
        "pre{white-space:pre-wrap;font:13px/1.5 ui-monospace,monospace}"
        f"blockquote{{margin:.6em 0;padding-left:.9em;border-left:3px solid {faint}}}"
        f".kept-out{{margin:0 0 10px;font-size:12px;color:{soft}}}"
        f"details.quote{{margin-top:10px}}details.quote>summary{{cursor:pointer;font-size:12px;color:{soft}}}"
        f"details.quote>div{{margin-top:8px;padding-left:10px;border-left:3px solid {faint}}}"
        "details.quote>div>blockquote{margin:0;padding:0;border:0}"
    )
