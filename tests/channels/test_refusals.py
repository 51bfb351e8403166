"""What channels tell `bot doctor` about their credentials."""

from datetime import timedelta

from bot.emulator.servers.faults import DropBefore
from channels.port import Checkable
from channels.slack_web import connected
from tests.channels.slack import Workspace
from tests.channels.twilio import account


async def test_a_channel_whose_credentials_are_taken_knows_no_refusal(slack: Workspace) -> None:
    async with account() as twilio:
        channels = (slack.channel, twilio.channel)

        refusals = [await one.refusal() for one in channels]

    assert all(isinstance(one, Checkable) for one in channels)
    assert refusals == [None, None]


async def test_slacks_word_for_a_wrong_token_is_told(slack: Workspace) -> None:
    slack.api.next(200, code="invalid_auth", method="auth.test")

    assert await slack.channel.refusal() == "refused: invalid_auth"


async def test_twilios_code_for_a_wrong_token_is_told() -> None:
    async with account(auth_token="another-token") as twilio:
        assert await twilio.channel.refusal() == "refused: 20003"


async def test_a_platform_that_does_not_answer_is_told(slack: Workspace) -> None:
    slack.api.faults.queue(DropBefore(), method="auth.test")
    async with account() as twilio:
        # The HTTP client asks a second time by itself: it only reads.
        twilio.api.faults.queue(DropBefore(), method="accounts.fetch", times=2)

        refusals = [await slack.channel.refusal(), await twilio.channel.refusal()]

    assert refusals == ["no answer: ServerDisconnectedError"] * 2


async def test_a_platform_that_is_not_there_is_told() -> None:
    nowhere = "http://127.0.0.1:1/api/"
    async with connected("xoxb-1", api_url=nowhere, within=timedelta(seconds=5)) as web:
        assert await web.refusal() == "no connection"
