"""Take the README's pictures: `python -m tests.browser.picture docs`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.dev import bot_dev, chromium, page_of_chromium
from tests.browser.talk import ANA, talk

_PATIENCE_MS = 30_000


def take(folder: Path) -> None:
    """Play the story of the README on both platforms, and keep what it looks like."""
    with (
        tempfile.TemporaryDirectory() as data,
        bot_dev(Path(data)) as url,
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
        answer = pane.locator(".talk li:not(.mine)").last
        expect(answer).to_contain_text("BX-48213-A", timeout=_PATIENCE_MS)
        page.screenshot(path=folder / "emulator.png")


def take_dashboard(folder: Path) -> None:
    """Let Ana and Ben talk, and keep what an operator sees of it, in light and dark."""
    with (
        tempfile.TemporaryDirectory() as data,
        bot_dev(Path(data)) as url,
        chromium() as browser,
    ):
        talk(url)
        page = browser.new_page(base_url=url, viewport={"width": 1200, "height": 620})
        page.goto("/admin")
        page.get_by_label("Admin token").fill("dev")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        page.screenshot(path=folder / "dashboard-overview.png")
        page.goto(f"/admin/people/{ANA}")
        page.get_by_role("link", name="All that happened on its trace").click()
        _dark(page, folder / "dashboard-trace.png")


def _dark(page: Page, file: Path) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 1200, "height": 760})
    page.screenshot(path=file)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
    take_dashboard(Path(sys.argv[1]))
