"""What `make up` says when everything runs."""

import tomllib
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent.parent
PEOPLE = ROOT / "helpdesk" / "demo" / "people.toml"
PASSWORD = "helpdesk-demo"

TRY_FIRST = """\
  Try first        1. Log in as first level, open a new ticket and insert the suggested solution.
                   2. Read your answer in the post office as the customer would, and reply to it there.
                   3. Escalate a ticket, then log in as second level and solve it."""
EMPTY = """\
  The helpdesk is empty. Make the first administrator in another terminal:
                   .venv/bin/python manage.py createsuperuser"""


def welcome(url: str, *, database_url: str, smtp_port: int | None, has_post_office: bool) -> str:
    """Return the address, who may log in, and what to try first."""
    lines = ["", f"  The helpdesk     {url}"]
    if has_post_office:
        lines.append(
            f"  Post office      {url}/post-office/   read there what customers get, and answer as one of them"
        )
    if smtp_port is not None:
        lines.append(f"  SMTP             localhost:{smtp_port}, any mail program can write a ticket")
    logins = _demo_logins(database_url)
    lines += ["", *(_columns(logins) if logins else []), *([""] if logins else []), TRY_FIRST if logins else EMPTY]
    return "\n".join([*lines, "", "  Ctrl-C stops everything; the data stay.", ""])


def _columns(logins: list[tuple[str, str]]) -> list[str]:
    rows = [
        f"{'Log in as' if number == 0 else '':<17}{email:<36} {kind}" for number, (kind, email) in enumerate(logins)
    ]
    return [f"  {row}" for row in [*rows, f"{'':<17}The password of all of them is {PASSWORD}"]]


def _demo_logins(database_url: str) -> list[tuple[str, str]]:
    """Return one login of each kind, as far as the database knows them."""
    if not PEOPLE.exists():
        return []
    people = tomllib.loads(PEOPLE.read_text(encoding="utf-8"))
    kinds = {
        "first level": (one for one in people.get("agents", []) if one["queues"].get("first-level") == "work"),
        "second level": (one for one in people.get("agents", []) if one["queues"].get("network") in {"work", "lead"}),
        "administrator": (one for one in people.get("agents", []) if one["role"] == "admin"),
        "requester": (one for one in people.get("requesters", [])),
    }
    found = [(kind, one["email"]) for kind, every in kinds.items() for one in list(every)[:1]]
    known = _known(database_url, [email for _, email in found])
    return [(kind, email) for kind, email in found if email in known]


def _known(database_url: str, addresses: list[str]) -> set[str]:
    connection = psycopg2.connect(database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT email FROM people_user WHERE email = ANY(%s)", [addresses])
            return {row[0] for row in cursor.fetchall()}
    finally:
        connection.close()
