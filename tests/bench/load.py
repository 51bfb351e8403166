"""Sends requests at fixed moments, whatever the answers do, and times each answer.

Each is timed from the moment it was due, so that a server that holds up the next request
pays for it. Threads sleep more exactly than an event loop's timers, which wait up to 1 ms
longer; the bytes are made before, and the answer is hardly read, so that the client costs
next to nothing.
"""

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from time import perf_counter, sleep
from urllib.parse import urlsplit

from bot.emulator.servers.webhooks import Webhook

CONNECTIONS = 4
"""How many connections a stream's requests take turns on; all are kept open."""

_TIMEOUT_S = 15
_HEAD_START_S = 0.1
_MOST_BYTES = 65_536
_OK = b"HTTP/1.1 200 "


class Unanswered(Exception):
    """A server did not take a webhook: what is measured here is a mistake."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What one server is sent."""

    port: int
    requests: Sequence[bytes]


def wire(webhook: Webhook) -> bytes:
    """Write a webhook as the bytes of an HTTP/1.1 request."""
    headers = {
        **webhook.headers,
        "Host": urlsplit(webhook.url).netloc,
        "Content-Length": str(len(webhook.body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {webhook.path} HTTP/1.1\r\n{head}\r\n".encode() + webhook.body


def paced(streams: Sequence[Stream], *, per_second: float) -> list[list[float]]:
    """Send every request when it is due; give each stream's seconds from then to the answers.

    Args:
        streams: Their requests alternate, evenly spaced.
        per_second: Pace of each stream.

    Raises:
        Unanswered: An answer was not 200, or none came.
    """
    seconds = [[0.0] * len(stream.requests) for stream in streams]
    begin = perf_counter() + _HEAD_START_S

    def send(share: tuple[int, int]) -> None:
        number, first = share
        stream = streams[number]
        with closing(_connected(stream.port)) as connection:
            for index in range(first, len(stream.requests), CONNECTIONS):
                due = begin + (index + number / len(streams)) / per_second
                sleep(max(0.0, due - perf_counter()))
                connection.sendall(stream.requests[index])
                _read_answer(connection)
                seconds[number][index] = perf_counter() - due

    shares = list(product(range(len(streams)), range(CONNECTIONS)))
    with ThreadPoolExecutor(len(shares)) as threads:
        list(threads.map(send, shares))
    return seconds


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), _TIMEOUT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _read_answer(connection: socket.socket) -> None:
    answer = b""
    while not _is_whole(answer):
        received = connection.recv(_MOST_BYTES)
        if not received:
            raise Unanswered("the connection was closed")
        answer += received
    if not answer.startswith(_OK):
        raise Unanswered(answer.partition(b"\r\n")[0].decode(errors="replace"))


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    _, _, length = head.lower().partition(b"content-length:")
    return len(body) >= int(length.partition(b"\r\n")[0] or 0)
