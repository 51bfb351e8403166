"""How values of ours are written into JSON columns and read back."""

import json
from contextlib import suppress

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from context.messages import Address, Button, InboundMessage
from context.text import storable

_INBOUND = TypeAdapter(InboundMessage)
_ADDRESS = TypeAdapter(Address)
_BUTTONS = TypeAdapter(tuple[Button, ...])


def inbound_json(message: InboundMessage) -> str:
    """Write a message for `inbox.body`: an object with the fields of `InboundMessage`.

    ```
    {"message_id": "slack-…", "user_id": "T1:U1", "platform": "slack", "conversation": "D1",
     "shared": false, "reply_to": {"provider": "slack", "account": "T1", "peer": "D1", …},
     "sent_at": "2026-11-20T10:00:00Z", "speaker": null,
     "content": {"kind": "said", "text": "Hello", "media": [], "answers": null}}
    ```
    """
    # Nearly all can be kept as it is; the rest takes twice as long.
    with suppress(PydanticSerializationError):
        written = _INBOUND.dump_json(message).decode()
        if "\\u0000" not in written:
            return written
    return storable_json(_INBOUND.dump_python(message, mode="json"))


def inbound(body: str) -> InboundMessage:
    """Read `inbox.body` back."""
    return _INBOUND.validate_json(body)


def address_json(address: Address) -> str:
    """Write an address for `outbox.address`: an object with the fields of `Address`."""
    return storable_json(_ADDRESS.dump_python(address, mode="json"))


def address(body: str) -> Address:
    """Read `outbox.address` back."""
    return _ADDRESS.validate_json(body)


def buttons_json(pressable: tuple[Button, ...]) -> str:
    """Write `outbox.buttons`: `[{"command": "compact", "label": "Tidy up now"}]`."""
    return storable_json(_BUTTONS.dump_python(pressable, mode="json"))


def buttons(body: str) -> tuple[Button, ...]:
    """Read `outbox.buttons` back."""
    return _BUTTONS.validate_json(body)


def storable_json(value: object) -> str:
    """Write JSON that Postgres can keep; every JSON column is written with it.

    Raises:
        ValueError: A number in it is none, or has no end.
    """
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # NUL is written as \u0000; a backslash that a person typed before u0000 is written \\.
    if "\\u0000" in written:
        written = json.dumps(_cleaned(value), ensure_ascii=False, separators=(",", ":"))
    return storable(written)


def _cleaned(value: object) -> object:
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(str(key)): _cleaned(entry) for key, entry in value.items()}
        case list() | tuple():
            return [_cleaned(entry) for entry in value]
        case _:
            return value
