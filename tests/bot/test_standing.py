"""Prompts that a window does not hold: counted, handed to a fresh agent, or refused."""

from dataclasses import replace

from bot.emulator.servers.model_answer import Answer
from bot.emulator.servers.model_error import ApiError
from bot.standing import Standing
from context import notices
from context.policy import Thresholds
from tests.bot.chat import LIMIT, Chat, a_message, given, says
from tests.builders import an_agent
from tests.storage.scenes import value

OFF = Thresholds(warning=None, compaction=None, critical=None, rotation=None)
# The window of 10,000 tokens holds the first once and not twice. The second fits, but by so
# little that the estimate, which leans high, does not find so.
LONG, LONGEST = "word " * 4_400, "word " * 5_700


def too_long() -> ApiError:
    return ApiError(400, "prompt is too long: 9000 tokens > 8000 maximum")


async def greeted(chat: Chat) -> None:
    """Have the first turn behind us, with its greeting."""
    chat.api.script(says("Welcome."))
    await chat.tell(a_message("My order is BX-48213-A.", number=1))


async def test_a_prompt_that_the_api_finds_too_long_goes_to_a_fresh_agent(chat: Chat) -> None:
    await greeted(chat)
    chat.api.script(too_long(), says("From a fresh agent."))

    told = await chat.tell(a_message("And now?", number=2))

    critical, answer = told
    assert (critical.kind, critical.notice) == ("notice", "critical")
    assert answer.text == "From a fresh agent."
    assert await chat.agents() == [(1, "handoff_complete"), (2, "active")]
    assert "BX-48213-A" in given(chat.asked[-1])[0]
    assert await value(chat.database, "select count(*) from rotation") == 1


async def test_a_prompt_too_long_for_a_fresh_agent_too_is_refused_in_one_sentence(
    chat: Chat,
) -> None:
    await greeted(chat)
    chat.api.script(too_long(), too_long())

    told = await chat.tell(a_message("And now?", number=2))

    assert told[-1].text == notices.too_long()
    assert (await chat.fates())[-1] == ("refused", "too_long")
    assert await value(chat.database, "select count(*) from rotation") == 1


async def test_the_first_prompt_of_all_that_is_too_long_is_refused(chat: Chat) -> None:
    chat.api.script(too_long())

    told = await chat.tell(a_message())

    assert [heard.text for heard in told] == [notices.too_long()]
    assert await chat.fates() == [("refused", "too_long")]


async def test_a_prompt_that_grows_too_long_within_a_turn_goes_to_a_fresh_agent(
    chat: Chat,
) -> None:
    await greeted(chat)
    chat.api.script(says("Half of it,", stop="pause_turn"), too_long(), says("and the rest."))

    told = await chat.tell(a_message("What is it?", number=2))

    assert told[-1].text == "and the rest."
    assert given(chat.asked[-1])[-2:] == ["What is it?", "Half of it,"]
    assert await chat.agents() == [(1, "handoff_complete"), (2, "active")]
    assert (await chat.fates())[-1] == ("answered", None)


async def test_a_message_larger_than_the_window_is_refused_without_a_call(chat: Chat) -> None:
    told = await chat.tell(a_message("word " * LIMIT))

    assert [heard.text for heard in told] == [notices.too_long()]
    assert await chat.fates() == [("refused", "too_long")]
    assert not chat.asked


async def test_a_message_too_long_beside_the_others_goes_to_a_fresh_agent(chat: Chat) -> None:
    chat.api.script(Answer.saying("Welcome."), says("I read it."))
    await chat.tell(a_message(LONG, number=1))

    told = await chat.tell(a_message(LONG, number=2))

    assert [heard.notice for heard in told] == ["critical", None]
    assert told[1].text == "I read it."
    assert len(chat.asked) == 2


async def test_what_only_the_estimate_finds_too_long_is_counted_and_answered(
    chat: Chat,
) -> None:
    told = await chat.tell(a_message(LONGEST), turns=chat.turns(thresholds=OFF))

    assert [heard.kind for heard in told] == ["notice", "reply"]
    assert await chat.fates() == [("answered", None)]


async def test_without_a_count_the_estimate_decides(chat: Chat) -> None:
    chat.api.has_extras = False

    told = await chat.tell(a_message(LONGEST))

    assert [heard.text for heard in told] == [notices.too_long()]


async def test_a_reply_after_an_interrupted_rotation_is_not_lost(chat: Chat) -> None:
    """What the rotation said has numbers of its own, so nothing takes the reply's place."""
    chat.api.script(Answer.saying("Welcome."))
    await chat.tell(a_message(LONG, number=1))
    long = a_message(LONG, number=2)
    await chat.cut_off(long)
    chat.api.script(says("I read it."))

    await chat.go_on(long)

    heard = await chat.heard()
    assert heard[-1].text == "I read it."
    assert [one.notice for one in heard].count("critical") == 1


def test_what_an_agent_began_from_is_estimated_at_the_rate_that_was_learned() -> None:
    agent = replace(an_agent(occupied_tokens=0), bytes_per_token=6.0)
    bare = Standing(agent=agent, briefing=None, items=(), own=(), fresh=(), is_greeted=True)

    told = replace(bare, briefing="w" * 6_000)

    assert told.prompt_tokens - bare.prompt_tokens == 1_000
