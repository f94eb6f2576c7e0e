"""
Fold what a mail quotes, in HTML that was cleaned: nothing is cut, and answers between quotes stay outside.

Cleaning drops classes and ids; `mark` keeps those by which mail programs mark a quote, under names of ours, and `fold`
takes them out again.
"""

import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from helpdesk.lib.html_quote_words import begins_forward, is_head_block, is_wrote, may_be_head
from helpdesk.lib.html_tree import MARKS, TOKEN, VOID, Node, in_order, tokens_of, tree_of

SHORT = 600  # characters of a quote that is left open when an answer follows it

_QUOTE_CLASS = re.compile(
    r"(?:^|\s)(?:gmail_(?:quote|extra)|yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|front-blockquote|"
    r"moz-email-headers-table-quote|gmx_quote|quoted-text)\b",
    re.I,
)
_SPLIT_CLASS = re.compile(r"(?:^|\s)(?:gmail_(?:quote|extra)|protonmail_quote)\b", re.I)
_LEAD_CLASS = re.compile(r"(?:^|\s)(?:moz-cite-prefix|gmail_attr)\b", re.I)
_HEAD_NAME = re.compile(
    r"(?:^|\s)(?:x_)*(?:OutlookMessageHeader|divRplyFwdMsg|zwchr|mail-editor-reference-message-container)\b", re.I
)
_end = attrgetter("end")
_BLOCK = frozenset("blockquote center dd div dl fieldset li ol p pre section table td th tr ul".split())
_HEADS = frozenset({"div", "p", "table", "hr", "b", "strong", "font", "span"})
_MAX_SPLITS = 20  # quotes looked into for answers between what they quote
_WRAPS = frozenset({"div", "section", "article", "main", "center", "span", "font"})


def mark(tag: str, attribute: str, value: str) -> str | None:
    """Return our own mark for an attribute by which a mail program marks a quote, or nothing."""
    if attribute == "type":
        return "cite" if tag == "blockquote" and value.strip().lower() == "cite" else None
    if attribute == "name":
        return "q-whole" if tag == "div" and value.strip().lower() == "quote" else None
    if _LEAD_CLASS.search(value):
        return "q-lead"
    if _HEAD_NAME.search(value):
        return "q-head"
    if _QUOTE_CLASS.search(value) or (attribute == "id" and value.startswith("yahoo_quoted")):
        return "q-split" if _SPLIT_CLASS.search(value) and tag != "blockquote" else "q-whole"
    return None


def fold(source: str, *, words: str, heads: bool = True) -> str:
    """
    Put quotes into <details> that `words` name; without own words beside them the mail stays as it is.

    `heads`: also what follows mail headers like Outlook's, which replies and forwards share.
    """
    tokens = tokens_of(source)
    cuts = _Folder(tokens, heads).cuts(tree_of(tokens)) if words else []
    return _folded(tokens, cuts, words)


@dataclass(slots=True)
class _Cut:
    start: int
    end: int
    is_open: bool = False


class _Folder:
    """Finds what to fold in one mail."""

    def __init__(self, tokens: list[str], heads: bool) -> None:
        self.tokens = tokens
        self.heads = heads
        self.splits = 0

    def cuts(self, root: Node) -> list[_Cut]:
        found: list[_Cut] = []
        after = 0
        for node in in_order(root):
            if node.start < after:
                continue
            cut = self._cut(node, after)
            if cut is None:
                continue
            if self._forwards(cut, after):
                after = cut.end
                continue
            found.append(cut)
            after = cut.end
        own = [self._shows(*gap) for gap in self._gaps(found)]
        if not any(own):
            return []
        between = any(own[1:-1])
        for cut, follows in zip(found, own[1:], strict=True):
            cut.is_open = between and follows and len(self._text(cut.start, cut.end)) <= SHORT
        return found

    def _cut(self, node: Node, after: int) -> _Cut | None:
        is_quote = node.name == "blockquote" and self._is_introduced(node)
        if node.mark in ("whole", "cite") or is_quote or (node.mark == "split" and not self._holds_answers(node)):
            return _Cut(max(self._lead(node), after), node.end)
        if self.heads and node.name in _HEADS and self._is_head(node):
            return self._rest(node, after)
        return None

    def _is_introduced(self, quote: Node) -> bool:
        return self._lead(quote) < quote.start

    def _lead(self, quote: Node) -> int:
        """Give where the line that introduces a quote starts, or the quote itself."""
        at = quote.start
        while at > 0 and (not self.tokens[at - 1].strip("\xa0 \t\r\n") or self.tokens[at - 1] == "<br>"):
            at -= 1
        siblings = quote.parent.children if quote.parent else []
        place = bisect_left(siblings, at, key=_end)
        before = siblings[place] if place < len(siblings) else None
        if before is not None and before.end == at and before.start < quote.start and before.name in _BLOCK:
            lead = before.mark == "lead" or is_wrote(self._text(before.start, before.end))
            return before.start if lead else quote.start
        start = at
        while start > 0 and quote.start - start < 40 and not self._ends_line(self.tokens[start - 1]):
            start -= 1
        return start if is_wrote(self._text(start, at)) and self._is_whole(start, at) else quote.start

    def _ends_line(self, token: str) -> bool:
        tag = TOKEN.fullmatch(token)
        return tag is not None and (tag[2] in _BLOCK or tag[2] in ("br", "hr"))

    def _is_whole(self, start: int, end: int) -> bool:
        """Tell whether no element reaches over the edge of this stretch."""
        depth = 0
        for token in self.tokens[start:end]:
            tag = TOKEN.fullmatch(token)
            if tag is not None and tag[2] not in VOID:
                depth += -1 if tag[1] else 1
            if depth < 0:
                return False
        return depth == 0

    def _holds_answers(self, node: Node) -> bool:
        """Tell whether a quote holds quoted blocks and something beside them that is not their introduction."""
        self.splits += 1
        if self.splits > _MAX_SPLITS:
            return False
        blocks = [one for one in in_order(node) if one.name == "blockquote" and (one.mark or self._is_introduced(one))]
        at, beside = node.start + 1, ""
        for block in blocks:
            if block.start >= at:
                beside += self._text(at, self._lead(block))
                at = block.end
        leads = "".join(self._text(one.start, one.end) for one in node.children if one.mark == "lead")
        rest = (beside + self._text(at, node.end)).replace(leads, "", 1) if leads else beside + self._text(at, node.end)
        return bool(blocks) and bool(rest.strip()) and not is_wrote(rest)

    def _is_head(self, node: Node) -> bool:
        if node.mark == "head":
            return True
        is_block = node.name in _BLOCK or (node.parent is not None and node.parent.name in ("", *_WRAPS, "td"))
        if node.name == "hr" or not is_block or not may_be_head(self._first(node)):
            return False
        return is_head_block(self._text(node.start, node.end if node.name == "table" else node.end + 60))

    def _first(self, node: Node) -> str:
        inside = (html.unescape(token).strip() for token in self.tokens[node.start : min(node.end, node.start + 12)])
        return next((token for token in inside if token and not token.startswith("<")), "")

    def _rest(self, node: Node, after: int) -> _Cut:
        """Take a block of mail headers and all that follows it in the element that holds both."""
        while node.parent is not None and node.parent.name in _WRAPS and not self._shows(node.parent.start, node.start):
            node = node.parent
        start = node.start
        parent = node.parent
        assert parent is not None
        before = [one for one in parent.children if one.end <= start]
        if before and before[-1].name == "hr" and not self._shows(before[-1].end, start):
            start = before[-1].start
        return _Cut(max(start, after), parent.end - 1)

    def _forwards(self, cut: _Cut, after: int) -> bool:
        return begins_forward(self._text(cut.start, cut.end)) or begins_forward(
            self._text(max(after, cut.start - 12), cut.start), at_end=True
        )

    def _gaps(self, found: list[_Cut]) -> Iterator[tuple[int, int]]:
        at = 0
        for cut in found:
            yield at, cut.start
            at = cut.end
        yield at, len(self.tokens)

    def _shows(self, start: int, end: int) -> bool:
        """Tell whether there is anything to see between two places."""
        for token in self.tokens[max(start, 0) : end]:
            if token.startswith("<img ") and " src=" in token:
                return True
            if not token.startswith("<") and html.unescape(token).strip("\xa0 \t\r\n\u200b"):
                return True
        return False

    def _text(self, start: int, end: int, limit: int = 1_200) -> str:
        """Give the beginning of the text between two places, a line for each block."""
        parts: list[str] = []
        length = 0
        for token in self.tokens[max(start, 0) : min(end, start + 400)]:
            if token.startswith("<") and TOKEN.fullmatch(token):
                parts.append("\n" if self._ends_line(token) else "")
                continue
            parts.append(re.sub(r"\s+", " ", html.unescape(token[:limit])))
            length += len(token)
            if length > limit:
                break
        return "".join(parts)


def _folded(tokens: list[str], cuts: list[_Cut], words: str) -> str:
    summary = f"<summary>{html.escape(words)}</summary>"
    starts = {cut.start: f'<details class="quote"{" open" if cut.is_open else ""}>{summary}<div>' for cut in cuts}
    ends = {cut.end for cut in cuts}
    shown: list[str] = []
    for at, token in enumerate(tokens):
        if at in ends:
            shown.append("</div></details>")
        if at in starts:
            shown.append(starts[at])
        shown.append(_without_marks(token))
    if len(tokens) in ends:
        shown.append("</div></details>")
    return "".join(shown)


def _without_marks(token: str) -> str:
    return MARKS.sub("", token) if token.startswith("<") and (" " in token) else token
