"""Articles as a table. No cell begins like a formula, since spreadsheets run what does."""

import csv
import io
import re
from collections.abc import Iterable

from knowledgebase.exchange.rows import COLUMNS, Raw, Values, tidy

_RUNS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠|%]")
_KEPT = re.compile(r"'+[=+\-@\t\r\n＝＋－＠|%]")


def write(rows: Iterable[Values]) -> bytes:
    """Write the table as spreadsheets read it."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    table.writeheader()
    for row in rows:
        table.writerow({name: disarmed(row.get(name, "")) for name in COLUMNS})
    return out.getvalue().encode("utf-8-sig")


def read(text: str, file: str) -> list[Raw]:
    """Read a table; its first line names the columns, commas or semicolons part them."""
    header = text.split("\n", 1)[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names: list[str] = []
    found = []
    begins = 1
    try:
        for cells in lines:
            if not names:
                names = [cell.strip().lower() for cell in cells]
            elif any(cell.strip() for cell in cells):
                values = {name: tidy(armed(cell)) for name, cell in zip(names, cells, strict=False) if name in COLUMNS}
                found.append(Raw(values, file, begins))
            begins = lines.line_num + 1
    except csv.Error as error:
        found.append(Raw({}, file, begins, problem=str(error)))
    return found


def disarmed(cell: str) -> str:
    """Let a cell begin with an apostrophe where it would be run."""
    return f"'{cell}" if _RUNS.match(cell) else cell


def armed(cell: str) -> str:
    """Take the apostrophe off again."""
    return cell[1:] if _KEPT.match(cell) else cell
