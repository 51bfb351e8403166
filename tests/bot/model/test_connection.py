"""Nothing but the settings decides where calls go and with which key."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.emulator.servers.serving import serving
from bot.model.claude import Claude
from bot.model.connection import API_URL, connection
from bot.model.windows import DEFAULT_MODEL
from tests.bot.model.canned import START, CannedApi, ending, text
from tests.bot.model.prompts import a_prompt, from_person
from tests.clock import ManualClock


@pytest.fixture
async def url(canned: CannedApi) -> AsyncIterator[str]:
    async with serving(canned) as url:
        yield url


async def test_the_environment_and_the_disk_change_neither_key_nor_address(
    *, url: str, canned: CannedApi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-environment")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "token-environment")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    canned.answer(START, *text(0, "Yes."), *ending("end_turn"))

    async with connection(api_key="sk-ant-given", base_url=url) as client:
        await Claude(client, name=DEFAULT_MODEL, clock=ManualClock()).answer(a_prompt())

    assert canned.headers[0]["authorization"] == "Bearer sk-ant-given"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_an_address_on_this_machine_is_not_reached_through_a_proxy(
    *, name: str, url: str, canned: CannedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    canned.answer(START, *text(0, "Yes."), *ending("end_turn"))
    base_url = url.replace("127.0.0.1", name)

    async with connection(api_key="sk-ant-given", base_url=base_url) as client:
        answer = await Claude(client, name=DEFAULT_MODEL, clock=ManualClock()).answer(
            a_prompt()
        )

    assert answer.text == "Yes."


async def test_without_an_address_calls_go_to_the_makers_and_are_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")

    async with connection(api_key="sk-ant-given") as client:
        assert client.base_url == API_URL
        assert client.max_retries == 0


async def test_what_people_say_is_not_logged_even_when_everything_is(
    url: str, canned: CannedApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for library in ("anthropic", "httpcore2", "httpx2"):
        caplog.set_level(logging.DEBUG, logger=library)
    canned.answer(START, *text(0, "a secret answer"), *ending("end_turn"))
    prompt = a_prompt(from_person("a secret question"))

    async with connection(api_key="sk-ant-given", base_url=url) as client:
        await Claude(client, name=DEFAULT_MODEL, clock=ManualClock()).answer(prompt)

    assert caplog.records
    assert "secret" not in caplog.text
    assert "sk-ant-given" not in caplog.text
