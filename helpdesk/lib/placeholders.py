"""Names in double braces that stand for something, such as {{ticket.number}}; a list says which, nothing is looked up."""

import re
from collections.abc import Collection, Mapping

_PLACEHOLDER = re.compile(r"\{\{[ \t]{0,5}([a-z_]{1,30}(?:\.[a-z_]{1,30}){0,3})[ \t]{0,5}\}\}", re.ASCII)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace what stands in `values`, once: what a value says is text, and unknown names stay as they were typed."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def unknown(text: str, allowed: Collection[str]) -> list[str]:
    """Give the names in this text that stand for nothing, each once."""
    return [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name not in allowed]
