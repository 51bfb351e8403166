"""The API's door: a bearer token in every call, and refusals as JSON."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response

from bot.admin.access import Caller, Doorkeeper, Refusal
from bot.admin.keys import Keys

_NO_TOKEN = Refusal(status=HTTPStatus.UNAUTHORIZED, reason="a bearer token is needed")


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerDoor:
    """Admits whoever brings a token with every call.

    Attributes:
        doorkeeper: Judges it.
        keys: What stands for addresses.
    """

    doorkeeper: Doorkeeper
    keys: Keys

    async def admit(self, connection: HTTPConnection) -> Caller | Refusal:
        """Judge the token of a call; none at all is no guess, and not counted."""
        scheme, _, given = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given.strip():
            return _NO_TOKEN
        # Starlette reads headers as Latin-1; this gives the letters back as they were sent.
        token = given.strip().encode("latin-1").decode("utf-8", "surrogateescape")
        address = self.keys.address(connection.client.host if connection.client else None)
        return await self.doorkeeper.judge(token, door="api", from_digest=address)

    def answer(self, _connection: HTTPConnection, refusal: Refusal) -> Response:
        """Give the reason as the API gives all faults."""
        headers = {"cache-control": "no-store"}
        if refusal.status is HTTPStatus.UNAUTHORIZED:
            headers["www-authenticate"] = 'Bearer realm="baton admin"'
        if refusal.retry_after is not None:
            headers["retry-after"] = str(round(refusal.retry_after.total_seconds()))
        return JSONResponse({"error": refusal.reason}, refusal.status, headers)
