"""What goes wrong over HTTP: every fault is `{"error": …}`, and names the field it is about."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.admin.api.asking import TooLong
from bot.admin.shapes.shape import Fault
from context.errors import QueryError, StoreUnavailable

_AGAIN = {"retry-after": "1"}


def declared(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Say in OpenAPI that a route may answer with these faults."""
    return {
        int(status): {"model": Fault, "description": _MEANINGS[status]} for status in statuses
    }


_MEANINGS: Mapping[HTTPStatus, str] = {
    HTTPStatus.UNAUTHORIZED: "No right token was brought.",
    HTTPStatus.FORBIDDEN: "Only an admin may do this.",
    HTTPStatus.NOT_FOUND: "There is no such thing.",
    HTTPStatus.NOT_ACCEPTABLE: "It cannot be given in the form that was asked for.",
    HTTPStatus.CONFLICT: "As things are it cannot be done.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A parameter is wrong; `field` names it.",
    HTTPStatus.TOO_MANY_REQUESTS: "There were too many wrong tokens of late.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is out of reach, or takes too long.",
}

OF_EVERY_ROUTE = declared(
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


def not_found(what: str) -> HTTPException:
    """Say that there is no such thing."""
    return HTTPException(HTTPStatus.NOT_FOUND, f"no such {what}")


def answer_faults(app: FastAPI, routes: Sequence[APIRoute]) -> None:
    """Have an app answer every fault in this form.

    Args:
        app: Whose faults.
        routes: All that it has.
    """

    async def wrong_method(request: Request, _: Exception) -> Response:
        # Starlette names the methods of the first route of a path, and not of all.
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        of_path = (one.methods or set() for one in routes if one.path_regex.match(path))
        headers = {"allow": ", ".join(sorted(set().union(*of_path)))}
        fault = "this is done by another method"
        return JSONResponse({"error": fault}, HTTPStatus.METHOD_NOT_ALLOWED, headers)

    app.add_exception_handler(HTTPStatus.METHOD_NOT_ALLOWED, wrong_method)
    for kind in (HTTPException, QueryError, RequestValidationError, StoreUnavailable):
        app.add_exception_handler(kind, _faulty)


async def _faulty(_request: Request, error: Exception) -> Response:
    match error:
        case HTTPException():
            return JSONResponse({"error": error.detail}, error.status_code, error.headers)
        case QueryError():
            return _wrong(error)
        case RequestValidationError():
            return _wrong(_fault(error))
        case TooLong():
            fault = "this takes too long: ask for a shorter time, or fewer words"
            return JSONResponse({"error": fault}, HTTPStatus.SERVICE_UNAVAILABLE, _AGAIN)
        case _:
            fault = "the database is out of reach"
            return JSONResponse({"error": fault}, HTTPStatus.SERVICE_UNAVAILABLE, _AGAIN)


def _wrong(error: QueryError) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return JSONResponse({"error": error.fault, "field": error.field}, status)


def _fault(error: RequestValidationError) -> QueryError:
    """Name the first field that is wrong, and not what it held."""
    first = error.errors()[0]
    _, field, *_ = first["loc"]
    if first["type"] == "extra_forbidden":
        return QueryError(str(field), "is not a parameter of this route")
    return QueryError(str(field), str(first["msg"]).removeprefix("Value error, "))
