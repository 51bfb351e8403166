"""The dashboard, as an operator meets it in a browser."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.dev import bot_dev, chromium
from tests.browser.talk import ANA, talk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = [
    "/admin",
    "/admin/sessions",
    "{session}",
    "/admin/handoffs",
    "{handoff}",
    "{handoff}/diff",
    "{trace}",
    "/admin/people",
    f"/admin/people/{ANA}",
    f"/admin/people/{ANA}/search?q=order+number",
    "/admin/usage",
    "/admin/dead-letters",
    "/admin/deliveries",
    "/admin/statistics",
    "/admin/audit",
    "/admin/nowhere",
]
_PHONE = 390

Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with bot_dev(tmp_path_factory.mktemp("dev")) as address:
        talk(address)
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def signed_in(
    browser: Browser, url: str, *, scheme: Scheme = "light", width: int = 1200
) -> Page:
    """A page on which an admin has just signed in."""
    page = browser.new_page(
        base_url=url, color_scheme=scheme, viewport={"width": width, "height": 820}
    )
    page.goto("/admin")
    page.get_by_label("Admin token").fill("dev")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page


def addresses(page: Page) -> list[str]:
    """Where all pages are, those about one thing by what the lists link to."""
    page.goto("/admin/handoffs")
    found = {
        kind: page.locator(f'main a[href^="/admin/{kind}s/"]').first.get_attribute("href")
        for kind in ("handoff", "trace")
    }
    page.goto("/admin/sessions")
    link = page.locator('main a[href^="/admin/sessions/"]').first
    return [one.format(**found, session=link.get_attribute("href")) for one in PAGES]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, url: str, scheme: Scheme) -> None:
    page = signed_in(browser, url, scheme=scheme)

    grave = []
    for address in addresses(page):
        page.goto(address)
        grave += [
            (address, one["id"], one["nodes"][0]["html"])
            for one in Axe().run(page).response["violations"]
            if one["impact"] in {"serious", "critical"}
        ]

    assert grave == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_before_signing_in(
    browser: Browser, url: str, scheme: Scheme
) -> None:
    page = browser.new_page(base_url=url, color_scheme=scheme)
    page.goto("/admin/sign-in")

    assert [one["id"] for one in Axe().run(page).response["violations"]] == []


def test_why_an_agent_changed_and_what_the_next_was_told_is_three_clicks_away(
    browser: Browser, url: str
) -> None:
    page = signed_in(browser, url)
    clicks: list[str] = []

    def click(target: Locator) -> None:
        clicks.append(target.inner_text())
        target.click()

    page.get_by_role("search").get_by_role("searchbox").fill(ANA)
    click(page.get_by_role("button", name="Find"))
    why = page.get_by_role("region", name="Why the agent changed")
    expect(why).to_contain_text("agent 2 ended because its context window")
    expect(why).to_contain_text("rotated by force")
    click(why.get_by_role("link", name="What the next agent was told"))
    expect(page.locator("#told")).to_be_in_viewport()
    expect(page.locator("#told ~ pre")).to_contain_text("BX-48213-A")

    assert len(clicks) <= 3


def test_it_loads_nothing_from_elsewhere_and_logs_no_error(browser: Browser, url: str) -> None:
    page = signed_in(browser, url)
    errors: list[str] = []
    hosts: set[str] = set()
    page.on(
        "console",
        lambda message: errors.append(message.text) if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))

    for address in addresses(page):
        if address != "/admin/nowhere":
            page.goto(address, wait_until="networkidle")

    assert hosts == {url.removeprefix("http://")}
    assert errors == []


def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, url: str) -> None:
    page = signed_in(browser, url, width=_PHONE)

    for address in addresses(page):
        page.goto(address)
        for more in page.locator("details").all():
            more.evaluate("it => it.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= _PHONE, address


def test_a_person_is_found_by_keyboard_alone(browser: Browser, url: str) -> None:
    page = browser.new_page(base_url=url)
    page.goto("/admin")

    # The browser gives the field its focus when it first paints, which may be after "load".
    expect(page.get_by_label("Admin token")).to_be_focused()
    page.keyboard.type("dev")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    _tab_to(page, page.get_by_role("searchbox"))
    page.keyboard.type(ANA)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(ANA)
    _tab_to(page, page.get_by_role("link", name="What the next agent was told"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Handoff")


def _tab_to(page: Page, target: Locator) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if target.evaluate("it => it === document.activeElement"):
            return
    pytest.fail("it cannot be reached by Tab")


def test_charts_are_drawn_of_the_tables_beside_them(browser: Browser, url: str) -> None:
    page = signed_in(browser, url)
    page.goto("/admin/usage")

    by_day = page.get_by_role("figure", name=re.compile("^Tokens by day"))
    expect(by_day.locator("canvas")).to_be_visible()
    expect(by_day.get_by_role("table").last).to_contain_text("Cache written")
    assert page.locator("figure canvas").count() == page.locator("figure.chart").count()


def test_everything_but_charts_works_without_javascript(browser: Browser, url: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=url)
    page = context.new_page()
    page.goto("/admin")
    page.get_by_label("Admin token").fill("dev")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Usage").click()

    expect(page.get_by_role("row", name=re.compile("claude")).first).to_be_visible()
    expect(page.locator("canvas")).to_have_count(0)


def test_a_handoff_is_taken_back_from_the_page_of_its_trace(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with bot_dev(tmp_path_factory.mktemp("dev")) as url:
        talk(url)
        page = signed_in(browser, url)
        page.goto(f"/admin/people/{ANA}")
        page.get_by_role("link", name="All that happened on its trace").click()
        page.get_by_text("Undo the latest handoff").click()
        page.get_by_role("button", name="Undo the handoff").click()

        expect(page.get_by_role("status")).to_contain_text("taken back")
        expect(page.get_by_role("listitem").filter(has_text="Agent 4 began")).to_be_visible()
