"""The emulator's page, as a new user meets it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.dev import bot_dev, page_of_chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with bot_dev(tmp_path_factory.mktemp("dev")) as address:
        yield address


@pytest.fixture
def page(url: str) -> Iterator[Page]:
    with page_of_chromium() as opened:
        opened.goto(f"{url}/emulator")
        yield opened


@pytest.mark.parametrize("platform", ["whatsapp", "slack"])
def test_the_order_number_survives_a_full_window(page: Page, platform: str) -> None:
    pane = page.locator(f"#{platform}")

    pane.get_by_role("button", name="Tell an order number").click()
    expect(pane.locator(".talk")).to_contain_text("Noted", timeout=_PATIENCE_MS)
    pane.get_by_role("button", name="Fill the window").click()
    expect(pane.locator(".talk")).to_contain_text("⚠️", timeout=_PATIENCE_MS)
    expect(pane.locator(".talk")).to_contain_text("🔴", timeout=_PATIENCE_MS)
    expect(pane.locator(".agents")).to_contain_text("agent 2", timeout=_PATIENCE_MS)
    pane.get_by_role("button", name="Ask for it").click()

    answer = pane.locator(".talk li.reply").last
    expect(answer).to_contain_text("BX-48213-A", timeout=_PATIENCE_MS)


def test_the_page_loads_nothing_from_elsewhere_and_logs_no_error(url: str) -> None:
    with page_of_chromium() as page:
        errors: list[str] = []
        hosts: set[str] = set()
        page.on(
            "console",
            lambda message: errors.append(message.text) if message.type == "error" else None,
        )
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.goto(f"{url}/emulator")
        expect(page.locator("#whatsapp .tokens")).to_contain_text(
            "tokens", timeout=_PATIENCE_MS
        )

    assert hosts == {url.removeprefix("http://")}
    assert errors == []


def test_it_can_be_used_by_keyboard_on_a_phone(url: str) -> None:
    with page_of_chromium() as page:
        page.set_viewport_size({"width": 390, "height": 800})
        page.goto(f"{url}/emulator")
        box = page.locator("#slack").get_by_label("Your message")
        box.fill("/baton help")
        box.press("Enter")

        talk = page.locator("#slack .talk")
        expect(talk).to_contain_text("/baton context", timeout=_PATIENCE_MS)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
