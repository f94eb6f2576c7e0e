"""Waiting until nothing moves on a page: what is measured in the middle of an animation is not what people see."""

from playwright.sync_api import Page

_STILL = """async () => {
    for (;;) {
        for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame); // what came just now begins to move
        const moving = document.getAnimations().filter(one => one.playState !== "finished"
            && one.playState !== "idle" && one.effect.getComputedTiming().endTime !== Infinity);
        if (!moving.length) return;
        await Promise.all(moving.map(one => one.finished.catch(() => undefined)));
    }
}"""


def wait_until_still(page: Page) -> None:
    """Wait for the animations and transitions that end by themselves."""
    page.evaluate(_STILL)
