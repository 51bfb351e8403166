from importlib import resources

import pytest
from starlette.applications import Starlette

from tests.bot.admin.pages.front import a_browser

pytestmark = pytest.mark.slow

FILES = [
    ("admin.css", "text/css"),
    ("charts.js", "text/javascript"),
    ("icon.svg", "image/svg+xml"),
    ("vendor/uPlot.iife.min.js", "text/javascript"),
    ("vendor/uPlot.min.css", "text/css"),
    ("vendor/LICENSE.txt", "text/plain"),
]


async def test_files_are_given_to_everybody_and_asked_about_each_time(
    dashboard: Starlette,
) -> None:
    async with a_browser(dashboard) as stranger:
        for name, kind in FILES:
            answer = await stranger.get(f"/admin/static/{name}")
            known = {"if-none-match": answer.headers["etag"]}
            again = await stranger.get(f"/admin/static/{name}", headers=known)

            assert answer.status_code == 200, name
            assert answer.headers["content-type"].startswith(kind), name
            assert answer.headers["cache-control"] == "no-cache"
            assert again.status_code == 304


async def test_nothing_beside_the_folder_is_given(dashboard: Starlette) -> None:
    async with a_browser(dashboard) as stranger:
        for path in ("../view.py", "%2e%2e/view.py", "vendor/../../view.py", "vendor"):
            answer = await stranger.get(f"/admin/static/{path}")

            assert "class View" not in answer.text
            assert answer.status_code in {303, 404}


def test_what_was_copied_says_whose_it_is() -> None:
    vendor = resources.files("bot.admin.pages").joinpath("static", "vendor")

    assert "v1.6.32" in vendor.joinpath("uPlot.iife.min.js").read_text("utf-8")[:100]
    assert "MIT License" in vendor.joinpath("LICENSE.txt").read_text("utf-8")


@pytest.mark.parametrize("path", ["/admin/sign-in", "/admin/static/admin.css"])
async def test_a_style_sheet_names_nothing_of_another_host(
    dashboard: Starlette, path: str
) -> None:
    async with a_browser(dashboard) as stranger:
        text: str = (await stranger.get(path)).text

    assert "//" not in text.replace("<!doctype html>", "")
