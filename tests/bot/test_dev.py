"""`bot dev`: everything in one process, with whatever is missing played."""

import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from bot.dev import run_dev
from bot.settings import Settings
from tests.bot.processes import free_port, lived, until_ready

_ANSWERED_WITHIN_S = 30

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("unconfigured", "anyio_backend")]


class Developer:
    """Somebody who runs `bot dev` and looks at its page.

    Attributes:
        printed: What the process printed, over all its lives.
    """

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capsys = capsys
        self.printed = ""
        self.url = ""

    def run(
        self,
        then: Callable[[], None],
        *,
        database_url: str | None = None,
        public_url: str | None = None,
    ) -> None:
        """Run the process until `then` has seen enough."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        settings = Settings(
            port=port,
            public_url=public_url,
            bot_data_dir=self._folder / "data",
            database_url=SecretStr(database_url) if database_url is not None else None,
        )

        def look() -> None:
            until_ready(self.url)
            self._until(lambda: "Baton is ready" in self._read())
            then()

        lived(lambda: run_dev(settings), look)
        self._read()

    def write(self, platform: str, text: str) -> None:
        body = {"platform": platform, "text": text}
        answer = httpx2.post(f"{self.url}/emulator/write", json=body, trust_env=False)
        assert answer.json() == {"webhook_status": 200}

    def heard(self, platform: str) -> list[str]:
        """What the bot said there."""
        said = self.state()["panes"][platform]["messages"]
        return [message["text"] for message in said if not message["mine"]]

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx2.get(f"{self.url}/emulator/state", trust_env=False).json()
        return found

    def until_heard(self, platform: str, words: str) -> None:
        self._until(lambda: any(words in text for text in self.heard(platform)))

    def _read(self) -> str:
        self.printed += self._capsys.readouterr().out
        return self.printed

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = monotonic() + _ANSWERED_WITHIN_S
        while not condition():
            assert monotonic() < deadline, "it did not happen in time"
            sleep(0.02)


@pytest.fixture
def developer(unconfigured: Path, capsys: pytest.CaptureFixture[str]) -> Developer:
    return Developer(unconfigured, capsys)


def test_with_nothing_configured_both_platforms_are_answered(developer: Developer) -> None:
    def talk() -> None:
        for platform in ("whatsapp", "slack"):
            developer.write(platform, "My order number is BX-48213-A.")
            developer.until_heard(platform, "BX-48213-A")

    developer.run(talk)

    assert "played by the emulator" in developer.printed
    assert "the offline stand-in" in developer.printed
    assert "admin token: dev" in developer.printed


def test_a_public_address_hinders_no_platform_that_is_played(
    developer: Developer, database_url: str
) -> None:
    def talk() -> None:
        developer.write("whatsapp", "My order number is BX-48213-A.")
        developer.until_heard("whatsapp", "BX-48213-A")

    developer.run(talk, database_url=database_url, public_url="https://bot.example")


def test_what_is_made_up_stays_the_same_and_is_no_part_of_the_secret(
    developer: Developer, database_url: str, unconfigured: Path
) -> None:
    for _ in range(2):
        developer.run(lambda: None, database_url=database_url)

    secret = (unconfigured / "data" / "secret_key").read_text()
    made_up = re.findall(r"    (\w+)=(\S+)", developer.printed)
    assert len(made_up) == 10
    assert made_up[:5] == made_up[5:]
    assert not any(value[-8:] in secret for _, value in made_up)
    assert (unconfigured / "data" / "secret_key").stat().st_mode & 0o077 == 0


def test_what_is_configured_is_real(
    developer: Developer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "SLACK_SIGNING_SECRET": "signing",
        "SLACK_BOT_TOKEN": "xoxb-real",
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_WHATSAPP_FROM": "+14155550199",
        "ANTHROPIC_API_KEY": "sk-ant-real",
        "ADMIN_TOKEN": "my own",
    }.items():
        monkeypatch.setenv(name, value)
    seen: list[dict[str, Any]] = []

    developer.run(lambda: seen.append(developer.state()), database_url=database_url)

    assert seen == [{"panes": {}, "stand_in": False}]
    assert "made up" not in developer.printed
    assert "stand-in" not in developer.printed
    assert "admin token" not in developer.printed
