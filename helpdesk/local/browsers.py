"""Finding a browser for the tests, or getting one."""

import os
import shutil
import subprocess
import sys

from helpdesk.local.refusal import Refusal

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def find_browser() -> str | None:
    """Return the path of a browser on this machine, if it has one."""
    named = os.environ.get("CHROMIUM")
    found = [shutil.which(name) for name in ([named] if named else NAMES)]
    return next((path for path in found if path), None) or _downloaded()


def get_browser() -> str:
    """
    Return the path of a browser; install one if there is none.

    :raises Refusal: if it can't be had.
    """
    found = find_browser()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("No browser found: installing Chromium for the browser tests", flush=True)
        _run(["apt-get", "update", "-qq"])
        _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
        found = find_browser()
    if found is None:
        print("No browser found: fetching Chromium for the browser tests", flush=True)
        extra = ["--with-deps"] if os.geteuid() == 0 else []
        _run([sys.executable, "-m", "playwright", "install", *extra, "chromium"])
        found = find_browser()
    if found is None:
        raise Refusal(
            "The browser tests need Chromium, and it could not be installed; install it, name it with CHROMIUM=/path,"
            " or leave the browser tests out with NO_BROWSER=1."
        )
    return found


def _downloaded() -> str | None:
    """Return the browser that playwright fetched for itself, if it did."""
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    except (Error, OSError):
        return None
    return path if os.path.exists(path) else None


def _run(command: list[str]) -> None:
    subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False)
