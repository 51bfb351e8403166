"""The admin token of these tests, which is not even ASCII."""

TOKEN = "admin-tökén-1"


def authorized(credentials: str) -> dict[bytes, bytes]:
    """The header that brings credentials, in UTF-8."""
    return {b"authorization": credentials.encode()}
