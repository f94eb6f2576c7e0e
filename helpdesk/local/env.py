"""What a running `make up` tells `manage.py` and other commands: where its servers are."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def data_folder() -> Path:
    """Return where the local data are kept."""
    return Path(os.environ.get("DATA_DIR") or ROOT / ".run" / "data").resolve()


def leave(folder: Path, environment: Mapping[str, str]) -> None:
    """Write down the environment of the running product, for our eyes only."""
    path = folder / "env.json"
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(dict(environment), indent=1))
    fresh.replace(path)


def take_away(folder: Path) -> None:
    """Say that nothing runs any more."""
    (folder / "env.json").unlink(missing_ok=True)


def use_running() -> None:
    """Take over the environment of a running `make up`, as far as ours doesn't say otherwise."""
    try:
        written = json.loads((data_folder() / "env.json").read_text())
    except (FileNotFoundError, PermissionError):
        return
    for name, value in written.items():
        os.environ.setdefault(name, value)
