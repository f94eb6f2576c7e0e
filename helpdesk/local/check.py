"""`make check`: everything that can be said about the code without running the product."""

import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from packaging.requirements import Requirement

from helpdesk.local import messages, texts

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
# As in production; nothing is contacted.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
    "SECRET_KEY": "check-8f3c0e5b7a914d26b0c1f7d9e2a4836571bd90ce4a6f8d2375e1",
    "PUBLIC_URL": "https://helpdesk.example.com",
    "EMAIL_HOST": "smtp.example.com",
    "DATABASE_URL": "postgresql://nobody@/nothing?host=/nonexistent",
    "REDIS_URL": "unix:///nonexistent?db=0",
}
Check = Callable[[], str | None]


def main() -> int:
    """Run all checks, not only up to the first that fails, and return the exit status."""
    failed = []
    for name, check in CHECKS.items():
        began = time.monotonic()
        complaint = check()
        print(f"  {name:<24} {'FAILED' if complaint else 'ok':<6} {time.monotonic() - began:5.1f} s", flush=True)
        if complaint:
            failed.append(name)
            print(complaint, flush=True)
    print(f"{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}." if failed else "All checks passed.")
    return bool(failed)


def _command(*command: str) -> Check:
    def check() -> str | None:
        program = [sys.executable, *command] if command[0].endswith(".py") else [str(BIN / command[0]), *command[1:]]
        done = subprocess.run(program, cwd=ROOT, env={**os.environ, **PRODUCTION}, capture_output=True, text=True)
        return None if done.returncode == 0 else f"{done.stdout}{done.stderr}".rstrip()

    return check


def _catalogues() -> str | None:
    complaints = []
    for path in messages.catalogues():
        if path.parent.parent.name != "en":
            gaps = messages.gaps(path.read_text(encoding="utf-8"))
            missing = [*gaps, *(message.singular for message in texts.missing(path))]
            complaints += (
                [f"{path.relative_to(ROOT)} lacks {len(missing)}: {'; '.join(missing[:10])}"] if missing else []
            )
    return "\n".join(complaints) or (None if messages.catalogues() else "There is no catalogue in */locale/.")


def _lock() -> str | None:
    """Say so when a dependency was declared and not locked."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = {}
    for line in (ROOT / "requirements" / "dev.txt").read_text().splitlines():
        if "==" in line and not line.startswith(("#", " ")):
            name, _, rest = line.partition("==")
            locked[name.partition("[")[0].lower()] = rest.split()[0].rstrip(";")
    declared = [
        *project["project"]["dependencies"],
        *(one for group in project["dependency-groups"].values() for one in group),
    ]
    wrong = [
        one
        for one in declared
        if not Requirement(one).specifier.contains(locked.get(Requirement(one).name.lower(), "0"))
    ]
    return f"Run make lock: {', '.join(wrong)}" if wrong else None


CHECKS: dict[str, Check] = {
    "lock": _lock,
    "ruff": _command("ruff", "check", "."),
    "ruff format": _command("ruff", "format", "--check", "."),
    "lint-imports": _command("lint-imports"),
    "djlint": _command("djlint", "templates", "--lint", "--quiet"),
    "migrations": _command("manage.py", "makemigrations", "--check", "--dry-run"),
    "check --deploy": _command("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
    "translations": _catalogues,
    "mypy --strict": _command("mypy"),
}

if __name__ == "__main__":
    sys.exit(main())
