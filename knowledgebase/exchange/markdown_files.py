"""An article's text as a Markdown file: facts between two lines of dashes, then a heading for each field."""

import json
import re

from django.utils.translation import gettext

from knowledgebase.exchange.rows import COLUMNS, FACTS, LONG, Raw, Values, tidy

_FENCE = "---"
_FIELD = re.compile(r"^(\\*)# .*\{#(" + "|".join(LONG) + r")\}\s*$")
_TITLE = re.compile(r"^# +(.+?)\s*#*$")
_PLAIN = re.compile(r"[\w@.][\w@. /-]*")
_HEADINGS = {
    "symptom": "Symptom", "environment": "Environment", "cause": "Cause", "steps": "Steps", "expected_result": "Expected result"
}  # fmt: skip


def write(row: Values) -> str:
    """Write one text."""
    facts = [f"{name}: {_quoted(row[name])}" for name in (*FACTS, "title", "keywords") if row.get(name)]
    parts = [f"# {_HEADINGS[name]} {{#{name}}}\n\n{_guarded(row[name])}" for name in LONG if row.get(name)]
    return "\n".join([_FENCE, *facts, _FENCE, "", *("\n\n".join(parts).split("\n")), ""])


def read(text: str, file: str) -> Raw:
    """Read one text; without our headings all of it are the steps, and its first heading is the title."""
    lines = tidy(text.removeprefix("\ufeff")).split("\n")
    raw = Raw({}, file)
    body = _facts(lines, raw) if lines and lines[0].strip() == _FENCE else 0
    name, parts, begins = "", {"": list[str]()}, {"": body + 1}
    for number, line in enumerate(lines[body:], start=body + 1):
        match = _FIELD.match(line)
        if match and not match[1]:
            name = match[2]
            parts[name], begins[name] = [], number
        else:
            parts[name].append(line[1:] if match else line)
    loose = parts.pop("")
    if not parts:
        if not raw.values.get("title"):
            loose = _titled(loose, raw)
        parts, begins["steps"] = {"steps": loose}, body + 1
    raw.values |= {name: tidy("\n".join(said)) for name, said in parts.items()}
    raw.lines |= {name: line for name, line in begins.items() if name}
    return raw


def _facts(lines: list[str], raw: Raw) -> int:
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == _FENCE:
            return number
        name, colon, value = line.partition(":")
        if colon and name.strip().lower() in COLUMNS:
            raw.values[name.strip().lower()] = _unquoted(value.strip())
            raw.lines[name.strip().lower()] = number
    raw.problem = gettext("The facts at the top are not closed by a line of three dashes.")
    return len(lines)


def _titled(lines: list[str], raw: Raw) -> list[str]:
    at = next((number for number, line in enumerate(lines) if line.strip()), None)
    match = _TITLE.match(lines[at]) if at is not None else None
    if at is None or match is None:
        return lines
    raw.values["title"] = match[1]
    return lines[at + 1 :]


def _guarded(text: str) -> str:
    """Let a line that looks like one of our headings not be one."""
    return "\n".join(f"\\{line}" if _FIELD.match(line) else line for line in text.split("\n"))


def _quoted(value: str) -> str:
    return value if _PLAIN.fullmatch(value) and value == value.strip() else json.dumps(value, ensure_ascii=False)


def _unquoted(value: str) -> str:
    if value[:1] == '"':
        try:
            return str(json.loads(value))
        except ValueError:
            return value.strip('"')
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value
