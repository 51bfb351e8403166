"""Who may ask: whoever brings the admin token."""

import hmac

import structlog
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

log = structlog.get_logger()


class TokenGuard:
    """ASGI middleware that lets nobody past without the right bearer token."""

    def __init__(self, app: ASGIApp, *, token: str | None) -> None:
        """Guard an app.

        Args:
            app: What is guarded.
            token: The one that opens; without one nobody comes in.
        """
        self._app = app
        self._token = None if token is None else token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 401."""
        if (fault := self._fault(Headers(scope=scope))) is None:
            await self._app(scope, receive, send)
            return
        log.warning("admin.refused", reason=fault)
        refusal = JSONResponse(
            {"error": fault}, 401, {"www-authenticate": 'Bearer realm="baton admin"'}
        )
        await refusal(scope, receive, send)

    def _fault(self, headers: Headers) -> str | None:
        """Why a request may not pass; None if it may."""
        if self._token is None:
            return "no admin token is configured"
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return "a bearer token is needed"
        # Starlette reads headers as Latin-1; this gives the bytes back as they were sent.
        if not hmac.compare_digest(given.strip().encode("latin-1"), self._token):
            return "not the admin token"
        return None
