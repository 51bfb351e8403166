"""What a collector is told of a conversation, and that nobody waits for it."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from time import monotonic
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from bot.app import opened, web_app
from bot.clock import SystemClock
from bot.logs import pseudonym
from bot.serving import serve
from bot.settings import Settings
from bot.tracing import traced
from bot.tracing_settings import TracingSettings
from storage.database import address
from tests.bot.processes import free_port
from tests.collector import Collector, Received, collector
from tests.journeys.town import ANA, OUR_NUMBER, Town, town, until

ORDER = "My order number is BX-48213-A."


@pytest.fixture
async def listener() -> AsyncIterator[Collector]:
    async with collector() as here:
        yield here


def traces_to(url: str) -> AbstractAsyncContextManager[None]:
    settings = TracingSettings(_env_file=None, exporter_otlp_endpoint=url)
    return traced(settings, secret_key="key", now=SystemClock().now)


async def asked(here: Town, text: str = ORDER) -> None:
    before = len(here.heard_on_whatsapp(ANA))
    await here.whatsapp(ANA, text)
    await until(lambda: len(here.heard_on_whatsapp(ANA)) > before)
    await until(here.is_quiet)


def the(spans: list[Received]) -> Received:
    (span,) = spans
    return span


@pytest.mark.slow
async def test_a_message_is_followed_from_its_webhook_to_its_delivery(
    database_url: str, listener: Collector
) -> None:
    async with traces_to(listener.url), town(database_url) as here:
        await asked(here)
        (session,) = await _rows(here, "select id from session")

    accept, turn = the(listener.named("accept")), the(listener.named("invoke_agent"))
    (chat,) = [span for span in listener.spans if span.name.startswith("chat ")]
    deliveries = listener.named("deliver")
    assert listener.services == {"baton"}
    assert turn.links == {(accept.trace_id, accept.span_id)}
    assert (chat.trace_id, chat.parent_id) == (turn.trace_id, turn.span_id)
    assert {(one.trace_id, one.parent_id) for one in deliveries} == {
        (turn.trace_id, turn.span_id)
    }
    assert {span.facts["gen_ai.conversation.id"] for span in (turn, chat, *deliveries)} == {
        pseudonym("key", session["id"])
    }
    assert [span.kind for span in (accept, turn, chat, *deliveries)] == [
        "server",
        "internal",
        "client",
        "client",
        "client",
    ]


@pytest.mark.slow
async def test_a_model_call_is_told_as_the_conventions_have_it(
    database_url: str, listener: Collector
) -> None:
    async with traces_to(listener.url), town(database_url) as here:
        await asked(here)
        (row,) = await _rows(here, "select * from model_usage")

    chat = the([span for span in listener.spans if span.name.startswith("chat ")])
    assert chat.name == f"chat {row['model']}"
    assert chat.facts["gen_ai.operation.name"] == "chat"
    assert chat.facts["gen_ai.provider.name"] == "anthropic"
    assert chat.facts["gen_ai.request.model"] == row["model"]
    assert chat.facts["gen_ai.response.model"] == row["model"]
    assert chat.facts["gen_ai.response.finish_reasons"] == ("end_turn",)
    assert chat.facts["gen_ai.usage.output_tokens"] == row["output_tokens"]
    assert chat.facts["gen_ai.usage.input_tokens"] == sum(
        row[f"{kind}_tokens"] for kind in ("input", "cache_read", "cache_write")
    )
    assert not chat.has_failed


@pytest.mark.slow
async def test_a_call_that_failed_says_how_and_its_repetition_counts(
    database_url: str, listener: Collector
) -> None:
    async with traces_to(listener.url), town(database_url) as here:
        here.model.next(529)
        await asked(here)

    first, second = (span for span in listener.spans if span.name.startswith("chat "))
    assert first.has_failed
    assert first.facts["error.type"] == "ModelBusy"
    assert "http.request.resend_count" not in first.facts
    assert second.facts["http.request.resend_count"] == 1
    assert first.parent_id == second.parent_id


@pytest.mark.slow
async def test_a_handoff_is_told_with_what_made_it_and_how_good_it_is(
    database_url: str, listener: Collector
) -> None:
    async with traces_to(listener.url), town(database_url, limit_tokens=4_000) as here:
        person = here.person("whatsapp")
        await person.say(ORDER)
        await person.fill(0.91)
        (handoff,) = await person.told("/handoffs")

    handing_over = the(listener.named("hand_off"))
    turn = listener.named("invoke_agent")[-1]
    assert (handing_over.trace_id, handing_over.parent_id) == (turn.trace_id, turn.span_id)
    assert handing_over.facts["baton.reason"] == handoff["termination_reason"]
    assert handing_over.facts["baton.probe_score"] == handoff["probe_score"]
    assert handing_over.facts["baton.trace_id"] == handoff["trace_id"]
    assert turn.facts["baton.handed_off"] is True


@pytest.mark.slow
async def test_a_compaction_is_told_with_what_it_freed_and_its_own_call(
    database_url: str, listener: Collector
) -> None:
    async with traces_to(listener.url), town(database_url, limit_tokens=8_000) as here:
        person = here.person("whatsapp")
        for number in range(10):
            await person.say(f"{ORDER} Message {number}.")
        await person.fill(0.82)
        (compaction,) = await person.told("/compactions")

    compacting = the(listener.named("compact"))
    chats = [span for span in listener.spans if span.facts.get("baton.purpose") == "notes"]
    assert compacting.facts["baton.before_tokens"] == compaction["before_tokens"]
    assert compacting.facts["baton.trigger"] == compaction["trigger"]
    assert {chat.trace_id for chat in chats} >= {compacting.trace_id}


@pytest.mark.slow
async def test_a_refused_webhook_is_told_with_its_status(
    database_url: str, listener: Collector
) -> None:
    async with traces_to(listener.url), town(database_url) as here:
        texted = here.callers.text(ANA, ORDER).webhook
        forged = replace(texted, headers={**texted.headers, "X-Twilio-Signature": "no"})
        await here.twilio.webhooks.deliver(forged)

    refused = the(listener.named("refuse"))
    assert refused.facts["http.response.status_code"] == 403
    assert refused.facts["http.route"] == "/webhooks/twilio/whatsapp"
    assert refused.has_failed


@pytest.mark.slow
async def test_no_word_and_no_number_of_a_person_leaves_the_process(
    database_url: str, listener: Collector
) -> None:
    async with traces_to(listener.url), town(database_url) as here:
        here.model.next(400)
        await asked(here)
        await asked(here, "/context")
        await here.person("slack").say("My address is 5 Quay Street.")

    sent = b"".join(listener.raw)
    assert len(listener.named("invoke_agent")) == 2
    for secret in (b"BX-48213", b"Quay Street", ANA[1:].encode(), OUR_NUMBER[1:].encode()):
        assert secret not in sent


@pytest.mark.slow
async def test_the_process_listens_where_the_environment_says(
    database_url: str, listener: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", listener.url)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "baton-east")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=seven")

    async with town(database_url) as here:
        await asked(here)

    assert listener.named("invoke_agent")
    assert listener.services == {"baton-east"}
    assert {headers["x-tenant"] for headers in listener.headers} == {"seven"}


@pytest.mark.slow
async def test_a_web_process_tells_of_what_it_is_asked(
    database_url: str, listener: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", listener.url)
    settings = Settings(_env_file=None, secret_key=SecretStr("key"))
    port, stop = free_port(), asyncio.Event()
    async with (
        opened(settings, address(database_url), {}, callbacks_url=None) as process,
        asyncio.TaskGroup() as group,
    ):
        app = web_app(process)
        group.create_task(serve(app, host="127.0.0.1", port=port, stop=stop))
        here = f"http://127.0.0.1:{port}"
        async with httpx2.AsyncClient(trust_env=False, base_url=here) as web:
            await until(lambda: _answers(web))
            await web.post("/webhooks/slack/events")
        stop.set()

    (refused,) = listener.named("refuse")
    assert refused.facts["http.response.status_code"] == 503


@pytest.mark.slow
async def test_a_collector_that_does_not_answer_delays_neither_turns_nor_the_stop(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    async with collector(answers=False) as frozen:
        async with traces_to(frozen.url), town(database_url) as here:
            for number in range(3):
                await asked(here, f"Message {number}")
            began = monotonic()
        took = monotonic() - began

    assert took < 5


@pytest.mark.slow
async def test_a_collector_that_is_down_delays_neither_turns_nor_the_stop(
    database_url: str,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
    async with traces_to(nowhere), town(database_url) as here:
        await asked(here)
        began = monotonic()

    assert monotonic() - began < 5


@pytest.mark.slow
def test_the_library_is_not_even_imported_where_there_are_no_traces() -> None:
    script = """
import sys
import bot.app, bot.background
sys.exit(any(name.startswith(("opentelemetry.sdk", "bot.tracing.")) or name == "bot.tracing"
             for name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", script], check=False)  # noqa: S603 - ourselves

    assert done.returncode == 0


async def _rows(here: Town, statement: str) -> list[dict[str, Any]]:
    async with here.database.hot() as connection:
        return [dict(row) for row in await connection.fetch(statement)]


async def _answers(web: httpx2.AsyncClient) -> bool:
    with suppress(httpx2.TransportError):
        return (await web.get("/healthz")).status_code == 200
    return False
