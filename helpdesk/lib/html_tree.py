"""The tree of HTML that a cleaner wrote: every element is closed, in order, and no attribute holds a bracket."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>")
MARKS = re.compile(r' (?:class|id|name)="q-(\w+)"| type="(cite)"')
VOID = frozenset({"br", "hr", "img", "col", "wbr"})


@dataclass(slots=True, eq=False)
class Node:
    """An element: where it starts and, one behind, ends among the tokens, and the mark it carries."""

    name: str
    mark: str
    start: int
    parent: "Node | None"
    end: int = 0
    children: list["Node"] = field(default_factory=list)


def tokens_of(source: str) -> list[str]:
    """Split HTML into tags and the text between them."""
    tokens: list[str] = []
    at = 0
    for match in TOKEN.finditer(source):
        if match.start() > at:
            tokens.append(source[at : match.start()])
        tokens.append(match[0])
        at = match.end()
    if at < len(source):
        tokens.append(source[at:])
    return tokens


def tree_of(tokens: list[str]) -> Node:
    """Build the tree; the root has no name and starts before everything."""
    root = here = Node("", "", -1, None)
    for at, token in enumerate(tokens):
        tag = TOKEN.fullmatch(token)
        if tag is None:
            continue
        if tag[1]:
            if here.name == tag[2] and here.parent is not None:
                here.end = at + 1
                here = here.parent
            continue
        found = MARKS.search(tag[3])
        node = Node(tag[2], (found[1] or found[2]) if found else "", at, here, at + 1)
        here.children.append(node)
        if tag[2] not in VOID:
            here = node
    while here is not root and here.parent is not None:
        here.end = len(tokens)
        here = here.parent
    root.end = len(tokens) + 1
    return root


def in_order(root: Node) -> Iterator[Node]:
    """Give everything inside an element as it is read."""
    waiting = list(reversed(root.children))
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))
