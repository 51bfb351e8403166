"""What a browser loads besides pages; it holds nothing about anybody, so nobody need sign in."""

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles


def static_files() -> Mount:
    """Give the route to the folder `static/`."""
    return Mount("/static", StaticFiles(packages=[("bot.admin.pages", "static")]))
