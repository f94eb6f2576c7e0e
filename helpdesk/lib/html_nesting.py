"""Guess how deep HTML nests before a parser, slow on deep trees, is let near it."""

import re

MAX_DEPTH = 500
MAX_TAGS = 15_000  # bounds what a trick that hides depth from the guess can cost

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]{0,40})(?:[^=>]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?+)*+(>|\Z)")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_SELF_CLOSING = frozenset("p li td th tr dt dd option optgroup thead tbody tfoot".split())  # the next one ends them


def is_too_deep(source: str) -> bool:
    """Tell whether parsing this HTML would nest too deeply or take too long."""
    if source.count("<") <= MAX_DEPTH:
        return False
    open_tags: dict[str, int] = {}
    depth = tags = at = 0
    while (start := source.find("<", at)) >= 0:
        if source.startswith("<!--", start):
            at = _after_comment(source, start)
            continue
        tag = _TAG.match(source, start)
        if tag is None:
            at = start + 1
            continue
        at = tag.end()
        name = tag[2].lower()
        if name in _VOID or name in _SELF_CLOSING:
            continue
        if tag[1]:
            if open_tags.get(name, 0):
                open_tags[name] -= 1
                depth -= 1
            continue
        open_tags[name] = open_tags.get(name, 0) + 1
        depth += 1
        tags += 1
        if depth > MAX_DEPTH or tags > MAX_TAGS:
            return True
    return False


def _after_comment(source: str, start: int) -> int:
    if source.startswith(("<!-->", "<!--->"), start):
        return source.index(">", start) + 1
    ends = [end for mark in ("-->", "--!>") if (end := source.find(mark, start + 4)) >= 0]
    return min(ends) + 3 if ends else len(source)
