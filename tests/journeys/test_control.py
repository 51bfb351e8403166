"""Commands, edits and deletions, beside the turns they concern."""

from bot.emulator.servers.model_delivery import Latency
from bot.emulator.servers.slack_messages import direct_channel
from tests.bot.chat import given
from tests.journeys.town import ANA, BEN, Town, town, until


async def test_help_lists_the_commands(database_url: str) -> None:
    async with town(database_url) as here:
        await here.whatsapp(ANA, "/help")
        await until(lambda: bool(here.heard_on_whatsapp(ANA)))

    for name in ("/help", "/context", "/new", "/stop"):
        assert name in here.heard_on_whatsapp(ANA)[0]


async def test_an_unknown_command_is_answered_with_the_list(database_url: str) -> None:
    async with town(database_url) as here:
        await here.whatsapp(ANA, "/dance")
        await until(lambda: bool(here.heard_on_whatsapp(ANA)))

    assert "/dance" in here.heard_on_whatsapp(ANA)[0]
    assert "/context" in here.heard_on_whatsapp(ANA)[0]
    assert not here.model.requests


async def test_context_says_how_full_the_window_is(database_url: str) -> None:
    async with town(database_url) as here:
        await here.whatsapp(ANA, "Hello")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 2)
        await here.whatsapp(ANA, "/context")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 3)

    assert "/200,000 tokens" in here.heard_on_whatsapp(ANA)[2]


async def test_new_begins_without_what_was_said(database_url: str) -> None:
    async with town(database_url) as here:
        await here.whatsapp(ANA, "My order number is BX-48213-A.")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 2)
        await here.whatsapp(ANA, "/new")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 3)
        await here.whatsapp(ANA, "What is my order number?")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 4)

    # It may look the number up, but does not see it any more.
    asked = next(one for one in here.replies if "What is my order number?" in given(one))
    assert given(asked) == ["What is my order number?"]


async def test_stop_cancels_the_turn_at_once(database_url: str) -> None:
    async with town(database_url) as here:
        here.model.latency = Latency(first_token_s=30)
        await here.whatsapp(ANA, "Think long")
        await until(lambda: bool(here.model.requests))
        await here.whatsapp(ANA, "/stop")
        await until(lambda: bool(here.heard_on_whatsapp(ANA)))
        here.model.latency = Latency(first_token_s=0)
        await here.whatsapp(ANA, "Hello again")
        await until(lambda: len(here.heard_on_whatsapp(ANA)) == 3)

        assert "Stopped" in here.heard_on_whatsapp(ANA)[0]
        assert await here.fates() == {"refused": 1, "answered": 2}


async def test_a_slash_command_in_slack_is_answered(database_url: str) -> None:
    async with town(database_url) as here:
        await here.slack_hooks.deliver(here.slackers.command(BEN, "help"))
        await until(lambda: bool(here.heard_in_slack(direct_channel(BEN))))

    assert "/baton context" in here.heard_in_slack(direct_channel(BEN))[0]


async def test_an_edit_of_a_message_at_work_restarts_the_turn(database_url: str) -> None:
    async with town(database_url) as here:
        here.model.latency = Latency(first_token_s=1)
        said = here.slackers.say(BEN, "My order is BX-1")
        await here.slack_hooks.deliver(said.webhook)
        await until(lambda: bool(here.model.requests))
        await here.slack_hooks.deliver(here.slackers.edit(said.message, "My order is BX-2"))
        await heard(here, 2)

    assert "BX-2" in here.heard_in_slack(direct_channel(BEN))[1]
    assert "BX-1" not in here.heard_in_slack(direct_channel(BEN))[1]


async def test_a_deleted_message_is_not_answered(database_url: str) -> None:
    async with town(database_url) as here:
        here.model.latency = Latency(first_token_s=1)
        said = here.slackers.say(BEN, "Forget this: BX-1")
        await here.slack_hooks.deliver(said.webhook)
        await until(lambda: bool(here.model.requests))
        await here.slack_hooks.deliver(here.slackers.delete(said.message))
        here.model.latency = Latency(first_token_s=0)
        await here.slack_message(BEN, "My order is BX-2")
        await heard(here, 2)

        assert await here.fates() == {"refused": 1, "merged": 1, "answered": 1}
    assert "BX-2" in here.heard_in_slack(direct_channel(BEN))[1]


async def test_an_edit_of_an_answered_message_joins_the_next_turn(database_url: str) -> None:
    async with town(database_url) as here:
        said = here.slackers.say(BEN, "My order is BX-1")
        await here.slack_hooks.deliver(said.webhook)
        await heard(here, 2)
        await here.slack_hooks.deliver(here.slackers.edit(said.message, "My order is BX-2"))
        await heard(here, 3)

    assert "BX-2" in here.heard_in_slack(direct_channel(BEN))[2]


async def heard(here: Town, count: int) -> None:
    await until(lambda: len(here.heard_in_slack(direct_channel(BEN))) >= count)
