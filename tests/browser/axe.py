"""Asks axe-core (vendored) what is wrong with a page."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.stillness import wait_until_still

_AXE = (Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    """List what violates WCAG 2.0 to 2.2 A and AA, each with the first element."""
    wait_until_still(page)
    page.evaluate(_AXE)
    found: dict[str, Any] = page.evaluate("tags => axe.run(document, {runOnly: tags})", _TAGS)
    return [
        f"{rule['id']}: {rule['nodes'][0]['html'][:200]} {rule['nodes'][0]['failureSummary'][:300]}"
        for rule in found["violations"]
    ]
