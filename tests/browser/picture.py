"""Take the README's picture: `python -m tests.browser.picture docs/emulator.png`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.dev import bot_dev, page_of_chromium

_PATIENCE_MS = 30_000


def take(file: Path) -> None:
    """Play the story of the README on both platforms, and keep what it looks like."""
    with (
        tempfile.TemporaryDirectory() as folder,
        bot_dev(Path(folder)) as url,
        page_of_chromium() as page,
    ):
        page.goto(f"{url}/emulator")
        for platform in ("whatsapp", "slack"):
            pane = page.locator(f"#{platform}")
            pane.get_by_role("button", name="Tell an order number").click()
            expect(pane.locator(".talk")).to_contain_text("Noted", timeout=_PATIENCE_MS)
        pane = page.locator("#whatsapp")
        pane.get_by_role("button", name="Fill the window").click()
        expect(pane.locator(".agents")).to_contain_text("agent 2", timeout=_PATIENCE_MS)
        pane.get_by_role("button", name="Ask for it").click()
        answer = pane.locator(".talk li.reply").last
        expect(answer).to_contain_text("BX-48213-A", timeout=_PATIENCE_MS)
        page.screenshot(path=file)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
