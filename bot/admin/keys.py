"""Keys of the admin side, each for one purpose, all made of `SECRET_KEY`."""

import hashlib
import hmac
import ipaddress
import secrets
from typing import Self

_ADDRESS_DIGITS = 16
_GUESS_DIGITS = 8
_SHARED_PREFIX_BITS = 64
_MOST_ADDRESS_CHARS = 64


class Keys:
    """What digests and cookies are made with."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()

    @classmethod
    def of(cls, secret_key: str | None) -> Self:
        """Take the configured key; without one, one for the life of this process.

        Deployed processes do not start without one. Made up here, it is never one that
        somebody could know.
        """
        return cls(secret_key or secrets.token_hex(32))

    def digest(self, purpose: str, text: str) -> str:
        """Digest a text for one purpose, 64 hex digits; no digest tells of another purpose's."""
        key = hmac.digest(self._secret, f"baton admin {purpose}".encode(), "sha256")
        return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def address(self, host: str | None) -> str:
        """What stands for a client's address, 16 hex digits.

        Args:
            host: As the server saw it, or as a proxy says; an IPv6 address counts with all of
                its network, from which one client can have any number.
        """
        return self.digest("address", _place(host or "unknown"))[:_ADDRESS_DIGITS]

    def guess(self, token: str) -> str:
        """What tells a wrong token from others, too short to find it by, 8 hex digits."""
        return self.digest("guess", token)[:_GUESS_DIGITS]


def _place(host: str) -> str:
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host[:_MOST_ADDRESS_CHARS]  # what a proxy says may be anything
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    prefix = (int(found), _SHARED_PREFIX_BITS)
    return str(ipaddress.ip_network(prefix, strict=False))
