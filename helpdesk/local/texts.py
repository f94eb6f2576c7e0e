"""Finds the texts that want a translation, in code and templates (`python -m helpdesk.local.texts` adds new ones)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from helpdesk.local.messages import Message, catalogues, read

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = {".venv", ".run", "tests", "bench", "bin", "migrations", "local"}
# Where the texts stand in a call: context, singular, plural.
CALLS = {
    "gettext": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
TEMPLATE_CALL = re.compile(r"(?<!\w)(_|n?p?gettext)\(")


def wanted() -> dict[bytes, Message]:
    """Return every text that is marked for translation, by its key."""
    found: dict[bytes, Message] = {}
    for path in sorted(ROOT.rglob("*.py")):
        if not LEFT_OUT & set(path.relative_to(ROOT).parts):
            found |= {one.key: one for one in in_code(path.read_text(encoding="utf-8"))}
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            found |= {one.key: one for one in in_template(path.read_text(encoding="utf-8"))}
    return found


def in_code(source: str) -> Iterator[Message]:
    """Yield the texts of a Python module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if message := _message(name, node.args):
                yield message


def in_template(source: str) -> Iterator[Message]:
    """Yield the texts of a template."""
    code = templatize(source)
    for match in TEMPLATE_CALL.finditer(code):
        call = _call(code[match.start() :])
        if call is not None and (message := _message(match.group(1), call.args)):
            yield message


def missing(path: Path) -> list[Message]:
    """Return the texts that a catalogue does not know at all."""
    known = {message.key for message in read(path.read_text(encoding="utf-8"))}
    return [message for key, message in wanted().items() if key not in known]


def add_missing(path: Path) -> int:
    """Add what a catalogue lacks to its end, to be translated, and return how much that was."""
    new = missing(path)
    with path.open("a", encoding="utf-8") as file:
        for message in new:
            file.write("\n" + _entry(message))
    return len(new)


def _message(name: str, arguments: list[ast.expr]) -> Message | None:
    places = CALLS.get("gettext" if name == "_" else name.removesuffix("_lazy"))
    texts = [one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else None for one in arguments]
    if places is None or len(texts) <= max(place or 0 for place in places):
        return None
    context, singular, plural = (None if place is None else texts[place] for place in places)
    return Message(context, singular, plural) if singular else None


def _call(code: str) -> ast.Call | None:
    """Read the call that the code begins with; its end is the first bracket at which it makes sense."""
    for end in (match.end() for match in re.finditer(r"\)", code)):
        try:
            call = ast.parse(code[:end].strip(), mode="eval").body
        except (SyntaxError, ValueError):
            continue
        return call if isinstance(call, ast.Call) else None
    return None


def _entry(message: Message) -> str:
    lines = [] if message.context is None else [f"msgctxt {_quoted(message.context)}"]
    lines.append(f"msgid {_quoted(message.singular)}")
    if message.plural is None:
        lines.append('msgstr ""')
    else:
        lines += [f"msgid_plural {_quoted(message.plural)}", 'msgstr[0] ""', 'msgstr[1] ""']
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


if __name__ == "__main__":
    for catalogue in catalogues():
        print(f"{catalogue.relative_to(ROOT)}: {add_missing(catalogue)} new texts.")
