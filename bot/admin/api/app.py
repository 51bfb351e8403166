"""The admin API as one app: FastAPI over the routers, behind the guard.

FastAPI is Starlette with pydantic and OpenAPI (decision 23). Its pages that show the document
load from other hosts, and its telemetry would put the ids of people into spans; both are off.
"""

import re
from collections.abc import Sequence

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from bot.admin.api.asking import Uncached, each_once
from bot.admin.api.audit import audit_router
from bot.admin.api.dead_letters import dead_letters_router
from bot.admin.api.erasure import erasure_router
from bot.admin.api.faults import OF_EVERY_ROUTE, answer_faults
from bot.admin.api.handoffs import handoffs_router
from bot.admin.api.sessions import sessions_router
from bot.admin.api.statistics import statistics_router
from bot.admin.api.traces import traces_router
from bot.admin.api.usage import usage_router
from bot.admin.api.users import users_router
from bot.admin.api.windows import windows_router
from bot.admin.entrance import OPENAPI, Entrance
from bot.admin.pseudonyms import Pseudonyms
from bot.admin.records import Records
from bot.erasing import Erasing
from bot.limits import Limits
from bot.ports import Clock

PREFIX = "/admin/api/v1"

_ABOUT = """
Lists come newest first, `limit` at a time; `next_cursor` of one page is `cursor` of the next.
Times are RFC 3339 in UTC. A person is meant by any of their identities.
"""


def admin_routes(
    records: Records,
    *,
    pseudonyms: Pseudonyms,
    limits: Limits,
    clock: Clock,
    entrance: Entrance,
    erasing: Erasing,
) -> list[BaseRoute]:
    """Build the admin API.

    Args:
        records: What is asked about.
        pseudonyms: Who is asked about, where a digest from the logs is given.
        limits: What operators allow an agent.
        clock: The time.
        entrance: Who may ask.
        erasing: What erases people.
    """
    routers = _routers(
        records, pseudonyms=pseudonyms, limits=limits, clock=clock, erasing=erasing
    )
    routes = [route for one in routers for route in one.routes if isinstance(route, APIRoute)]
    guard = entrance.api_guard([*(route.path for route in routes), OPENAPI])
    app = _app([Middleware(Uncached), guard])
    answer_faults(app, routes)
    for one in routers:
        app.include_router(one)
    return [_mounted(app)]


def _routers(
    records: Records,
    *,
    pseudonyms: Pseudonyms,
    limits: Limits,
    clock: Clock,
    erasing: Erasing,
) -> list[APIRouter]:
    """Build a router for each noun."""
    return [
        handoffs_router(records.handoffs, pseudonyms),
        traces_router(records.traces, records.undo, limits=limits, clock=clock),
        windows_router(records.compactions, pseudonyms),
        users_router(
            records.people,
            records.recall,
            records.export,
            pseudonyms=pseudonyms,
            limits=limits,
        ),
        erasure_router(erasing, pseudonyms=pseudonyms, clock=clock),
        sessions_router(
            records.sessions, records.transcript, pseudonyms=pseudonyms, limits=limits
        ),
        usage_router(records.usage),
        statistics_router(records.statistics, records.continuity, limits=limits, clock=clock),
        dead_letters_router(records.dead_letters),
        audit_router(records.audit, pseudonyms),
    ]


def _mounted(app: FastAPI) -> Mount:
    """Put the app where it belongs, also for paths that hold a line break."""
    mount = Mount(PREFIX, app)
    # Else these would be answered by whoever comes after us, past the guard.
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def _app(middleware: Sequence[Middleware]) -> FastAPI:
    """Make the app without its routes."""
    return FastAPI(
        title="Baton admin API",
        version="1",
        description=_ABOUT,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # The first says in OpenAPI what the guard demands.
        dependencies=[
            Depends(HTTPBearer(auto_error=False, scheme_name="bearer")),
            Depends(each_once),
        ],
        responses=OF_EVERY_ROUTE,
        middleware=middleware,
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
