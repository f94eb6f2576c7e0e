"""Install the locked packages of one level into .venv; called by bin/bootstrap, needs nothing but Python."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "installed"
LEVELS = ["runtime", "local", "test", "dev"]


class CannotInstall(Exception):
    """The environment can't be made; the message is for the person at the keyboard."""


def main(level: str) -> None:
    """Bring .venv to the locked packages of the level, or of a larger one it already has."""
    with (ROOT / "requirements" / "uv.txt").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        target = max([level, *installed()], key=LEVELS.index)
        if fresh(target):
            return
        make_venv()
        print(f"Installing the locked packages ({target})", flush=True)
        install(target)
        STAMPS.mkdir(exist_ok=True)
        for stamp in STAMPS.iterdir():
            stamp.unlink()
        shutil.copyfile(requirements(target), STAMPS / f"{target}.txt")


def installed() -> list[str]:
    """Return the levels this environment was brought to before."""
    return [level for level in LEVELS if (STAMPS / f"{level}.txt").exists()]


def fresh(level: str) -> bool:
    """Tell whether the environment has exactly what the lock says."""
    stamp = STAMPS / f"{level}.txt"
    return python().exists() and stamp.exists() and stamp.read_bytes() == requirements(level).read_bytes()


def make_venv() -> None:
    """
    Create .venv unless a working one is there.

    :raises CannotInstall: if this Python can't make virtual environments.
    """
    if works([python(), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]):
        return
    print("Creating .venv", flush=True)
    if shutil.which("uv"):
        run(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, VENV])
        return
    if not works([sys.executable, "-c", "import ensurepip, venv"]):
        add_ensurepip()
    run([sys.executable, "-m", "venv", "--clear", VENV])


def add_ensurepip() -> None:
    """
    Install Debian's missing half of venv, as root.

    :raises CannotInstall: if that isn't possible here.
    """
    package = f"python3.{sys.version_info.minor}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {package}", flush=True)
        for name in [package, "python3-venv"]:
            if works(["apt-get", "install", "-y", "-qq", "--no-install-recommends", name]):
                break
            works(["apt-get", "update", "-qq"])
    if not works([sys.executable, "-c", "import ensurepip, venv"]):
        raise CannotInstall(f"This Python can't make virtual environments; install its venv package first ({package}).")


def install(level: str) -> None:
    """
    Install the level's packages, each checked against its hash.

    :raises CannotInstall: if a package can't be fetched or isn't the one that was locked.
    """
    uv = shutil.which("uv") or VENV / "bin" / "uv"
    if not works([uv, "--version"]):
        uv = VENV / "bin" / "uv"
        pip = [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        run([*pip, "-r", ROOT / "requirements" / "uv.txt"])
    run([uv, "pip", "install", "--quiet", "--python", python(), "--require-hashes", "-r", requirements(level)])


def run(command: list[str | Path]) -> None:
    """
    Run one command with its output shown.

    :raises CannotInstall: if it fails.
    """
    if subprocess.run(command, cwd=ROOT, env=environment()).returncode != 0:
        raise CannotInstall(
            f"The packages could not be installed ({' '.join(map(str, command[:4]))} …); see the lines above."
        )


def works(command: list[str | Path]) -> bool:
    """Tell whether the command can be run and succeeds; its output is not shown."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return False
    return done.returncode == 0


def environment() -> dict[str, str]:
    """Return our environment, without anything that would lead uv to another Python or environment."""
    left_out = {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "1", "DEBIAN_FRONTEND": "noninteractive"}


def python() -> Path:
    """Return the environment's interpreter."""
    return VENV / "bin" / "python"


def requirements(level: str) -> Path:
    """Return the lock of one level."""
    return ROOT / "requirements" / f"{level}.txt"


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except CannotInstall as refusal:
        sys.exit(str(refusal))
