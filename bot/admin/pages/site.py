"""The dashboard as one app: every page behind the sign-in, and what stands before it."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.admin.entrance import Entrance
from bot.admin.headers import SecureHeaders
from bot.admin.pages.assets import static_files
from bot.admin.pages.audit import AuditPage
from bot.admin.pages.deliveries import DeliveryPages
from bot.admin.pages.desk import Desk
from bot.admin.pages.doors import DoorPages
from bot.admin.pages.faults import HANDLED, Faults
from bot.admin.pages.handoffs import HandoffPages
from bot.admin.pages.holdings import HoldingsPages
from bot.admin.pages.letters import LetterPages
from bot.admin.pages.overview import OverviewPage
from bot.admin.pages.people import PeoplePages
from bot.admin.pages.sessions import SessionPages
from bot.admin.pages.statistics import StatisticsPage
from bot.admin.pages.traces import TracePages
from bot.admin.pages.usage import UsagePage
from bot.admin.signin import HOME, SignIn


def dashboard_routes(desk: Desk, entrance: Entrance) -> list[BaseRoute]:
    """Build the dashboard.

    Args:
        desk: What its pages are made of.
        entrance: Who may look.
    """
    sign_in = SignIn(entrance, DoorPages(desk.view))
    routes = page_routes(desk)
    pages = Starlette(
        routes=routes,
        middleware=[sign_in.guard(route.path for route in routes)],
        exception_handlers=dict.fromkeys(HANDLED, Faults(desk.view).refused),
    )
    site = Starlette(
        routes=[*sign_in.routes(), static_files(), Mount("", pages)],
        middleware=[Middleware(SecureHeaders)],
    )
    return [Route(HOME, _Home(site)), Mount(HOME, site)]


def page_routes(desk: Desk) -> list[Route]:
    """All pages behind the sign-in; paths are below `/admin`."""
    return [
        *OverviewPage(desk).routes(),
        *SessionPages(desk).routes(),
        *HandoffPages(desk).routes(),
        *TracePages(desk).routes(),
        *PeoplePages(desk).routes(),
        *HoldingsPages(desk).routes(),
        *UsagePage(desk).routes(),
        *LetterPages(desk).routes(),
        *DeliveryPages(desk).routes(),
        *StatisticsPage(desk).routes(),
        *AuditPage(desk).routes(),
    ]


class _Home:
    """Answers `/admin`, which no mount does, as `/admin/`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        root = scope.get("root_path", "") + HOME
        await self._app({**scope, "path": f"{root}/", "root_path": root}, receive, send)
