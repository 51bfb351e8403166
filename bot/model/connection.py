"""The connection to the Messages API, configured by us alone.

The SDK would read keys, profiles, addresses and tracing from the environment and the disk;
here each has a value, so that what is in the settings is what happens.
"""

import ipaddress
import logging
from datetime import timedelta

import httpx2
from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient

API_URL = "https://api.anthropic.com"

_CONNECT = timedelta(seconds=5)
_NO_PROXY = {"all://": None, "http://": None, "https://": None}


def connection(
    *,
    api_key: str,
    base_url: str = API_URL,
    silence_limit: timedelta = timedelta(minutes=1),
) -> AsyncAnthropic:
    """Open a client for `Claude` and `Windows`; close it with `async with`.

    Args:
        api_key: Sent as the bearer token.
        base_url: Without `/v1`. One on this machine is never reached through a proxy.
        silence_limit: Longest wait for the next bytes; an answer that comes sends pings.
    """
    # At DEBUG, which `ANTHROPIC_LOG` or our own level may ask for, the SDK logs whole prompts
    # (Anthropic SDK 2.11, `_base_client`, read 2026-11).
    logging.getLogger("anthropic").setLevel(logging.INFO)
    url = httpx2.URL(base_url)
    timeout = httpx2.Timeout(silence_limit.total_seconds(), connect=_CONNECT.total_seconds())
    return AsyncAnthropic(
        api_key=api_key,
        base_url=url,
        max_retries=0,  # `PatientModel` tries again, longer, and books each call
        timeout=timeout,
        open_telemetry=False,  # spans could hold what people say
        http_client=DefaultAsyncHttpxClient(
            base_url=url, timeout=timeout, mounts=_NO_PROXY if _is_local(url.host) else {}
        ),
    )


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
