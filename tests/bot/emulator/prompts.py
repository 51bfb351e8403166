"""Requests to the model server, as values; a test states only what it is about."""

import json

from pydantic import JsonValue

from bot.emulator.servers.model_request import Json, MessageRequest, parsed

MODEL = "claude-opus-5-5"


def user(content: JsonValue) -> Json:
    return {"role": "user", "content": content}


def assistant(content: JsonValue) -> Json:
    return {"role": "assistant", "content": content}


def text(words: str, *, cached: str | None = None) -> Json:
    block: Json = {"type": "text", "text": words}
    return block if cached is None else {**block, "cache_control": cache(cached)}


def cache(life: str) -> Json:
    return {"type": "ephemeral", "ttl": life}


def tool(name: str = "weather") -> Json:
    return {"name": name, "input_schema": {"type": "object", "properties": {}}}


def call(id_: str, name: str = "weather") -> Json:
    return {"type": "tool_use", "id": id_, "name": name, "input": {"city": "Paris"}}


def result(id_: str, content: JsonValue = "sunny") -> Json:
    return {"type": "tool_result", "tool_use_id": id_, "content": content}


def body(*messages: Json, more: Json | None = None) -> Json:
    """A request's body: the messages, or one that says hello, and what more it has."""
    said: list[JsonValue] = [*messages] or [user("Hello")]
    return {"model": MODEL, "max_tokens": 1_000, "messages": said, **(more or {})}


def a_request(*messages: Json, more: Json | None = None) -> MessageRequest:
    return parsed(json.dumps(body(*messages, more=more)).encode(), MessageRequest)
