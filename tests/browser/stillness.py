"""Waiting until nothing moves on a page: what is measured in the middle of an animation is not what people see."""

from playwright.sync_api import Page

_STILL = """() => Promise.all(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime !== Infinity)
    .map(one => one.finished.catch(() => undefined)))"""


def wait_until_still(page: Page) -> None:
    """Wait for the animations and transitions that end by themselves."""
    page.evaluate(_STILL)
