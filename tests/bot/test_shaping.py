"""How compaction is shaped by variables: each one, and what setting it changes."""

import pytest

from bot.emulator.servers.model_answer import Answer
from bot.limits import Limits
from context.messages import InboundMessage
from tests.bot.chat import LIMIT, Chat, a_message, given
from tests.bot.environment import Configure
from tests.bot.test_commands import a_command
from tests.storage.scenes import rows, value
from tests.summarisers import failing

pytestmark = pytest.mark.slow

ASIDE = "It was a present for my aunt, who likes lamps of that kind a great deal. " * 38
TURNS = 10
"""So many with such words fill the window past its threshold for compaction."""

QUOTES = "## what the person said, word for word"


def turn(number: int) -> InboundMessage:
    return a_message(f"My order {number} is BX-{number}00-A. {ASIDE}", number=number)


async def talked(chat: Chat, limits: Limits, *, turns: int, first: int = 1) -> InboundMessage:
    """Talk for so many turns, at length; the last message."""
    for number in range(first, first + turns):
        chat.api.script(Answer.saying("Noted, and all is well with it. " * 5))
        await chat.tell(turn(number), turns=chat.turns(limits=limits))
    return turn(first + turns - 1)


async def compacted(chat: Chat, limits: Limits) -> dict[str, object]:
    """Talk, tidy up, and have the next turn begin from what came of it; the record."""
    last = await talked(chat, limits, turns=TURNS)
    await chat.tidy(last, limits=limits)
    chat.api.script(Answer.saying("Fine."))
    await chat.tell(a_message("And now?", number=99), turns=chat.turns(limits=limits))
    (record, *_) = await rows(chat.database, "select * from compaction order by created_at")
    return record


def seen(chat: Chat) -> tuple[list[int], str]:
    """The numbers of the turns that the model still sees word for word, and the summary."""
    texts = given(chat.asked[-1])
    said = {f"My order {number} is BX-{number}00-A. {ASIDE}": number for number in range(99)}
    whole = [said[text] for text in texts if text in said]
    summaries = [text for text in texts if text.startswith("<summary>")]
    return whole, "".join(summaries)


async def reasons(chat: Chat) -> list[object]:
    kept = await rows(chat.database, "select reason from compaction order by created_at")
    return [one["reason"] for one in kept if one["reason"] is not None]


async def asked_for(chat: Chat) -> object:
    """How often a compaction was asked for."""
    return await value(chat.database, "select count(*) from chore where kind = 'compaction'")


async def test_compaction_target_says_how_far_to_go(chat: Chat, configured: Configure) -> None:
    low = await compacted(chat, configured(COMPACTION_TARGET="0.40"))
    await chat.command(a_command("new"))
    limits = configured(COMPACTION_TARGET="0.60")
    last = await talked(chat, limits, turns=TURNS, first=20)
    await chat.tidy(last, limits=limits)

    after = "select after_tokens from compaction order by created_at desc limit 1"
    high_tokens = int(str(await value(chat.database, after)))
    assert int(str(low["after_tokens"])) <= 0.40 * 0.80 * LIMIT
    assert 0.40 * 0.80 * LIMIT < high_tokens <= 0.60 * 0.80 * LIMIT


@pytest.mark.parametrize(("least", "again"), [("3", 1), ("1", 2)])
async def test_compaction_min_messages_says_how_soon_the_next_may_come(
    chat: Chat, configured: Configure, *, least: str, again: int
) -> None:
    limits = configured(
        WARNING_THRESHOLD="off", COMPACTION_THRESHOLD="0.20", COMPACTION_MIN_MESSAGES=least
    )

    record = await compacted(chat, limits)

    assert record["state"] == "applied"
    assert await asked_for(chat) == again
    assert await reasons(chat) == (["too_soon"] if again == 1 else [])


@pytest.mark.parametrize(("seconds", "again"), [("60", 2), ("86400", 1)])
async def test_compaction_cooldown_says_how_long_a_failure_is_waited_out(
    chat: Chat, configured: Configure, *, seconds: str, again: int
) -> None:
    limits = configured(COMPACTION_COOLDOWN=seconds)
    chat.api.notes = failing(400)

    record = await compacted(chat, limits)  # each turn here takes hours

    assert record["state"] == "failed"
    assert await asked_for(chat) == again
    assert ("cooling_down" in await reasons(chat)) is (again == 1)


@pytest.mark.parametrize("primers", [0, 1, 3])
async def test_primer_turns_stay_word_for_word(
    chat: Chat, configured: Configure, *, primers: int
) -> None:
    limits = configured(PRIMER_TURNS=str(primers), RECENT_TURNS="2")

    await compacted(chat, limits)

    whole, summary = seen(chat)
    assert summary
    assert whole == [*range(1, primers + 1), TURNS - 1, TURNS]


@pytest.mark.parametrize("recent", [2, 4])
async def test_recent_turns_stay_word_for_word(
    chat: Chat, configured: Configure, *, recent: int
) -> None:
    limits = configured(RECENT_TURNS=str(recent), PRIMER_TURNS="0", COMPACTION_TARGET="0.58")

    await compacted(chat, limits)

    whole, summary = seen(chat)
    assert summary
    assert whole == list(range(TURNS + 1 - recent, TURNS + 1))


@pytest.mark.parametrize(("tokens", "quoted"), [("0", False), ("20000", True)])
async def test_keep_user_tokens_bounds_the_persons_own_words(
    chat: Chat, configured: Configure, *, tokens: str, quoted: bool
) -> None:
    await compacted(chat, configured(KEEP_USER_TOKENS=tokens, RECENT_TURNS="2"))

    _, summary = seen(chat)
    assert summary
    assert (QUOTES in summary) is quoted


@pytest.mark.parametrize(
    ("most", "made", "reason"),
    [("0", [], "off"), ("1", ["applied"], "most_compactions"), ("2", ["applied"], None)],
)
async def test_max_compactions_says_how_often(
    chat: Chat, configured: Configure, *, most: str, made: list[str], reason: str | None
) -> None:
    limits = configured(MAX_COMPACTIONS=most)

    await compacted(chat, limits)
    await talked(chat, limits, turns=9 if made else 1, first=20)

    kept = await rows(
        chat.database, "select state from compaction where state <> 'skipped' order by state"
    )
    assert [one["state"] for one in kept] == made
    assert await reasons(chat) == ([reason] if reason else [])


async def test_the_focus_of_a_compaction_reaches_the_compactor(chat: Chat) -> None:
    last = await talked(chat, Limits(tokens=LIMIT), turns=6)
    await chat.command(a_command("compact", argument="every order"))

    await chat.tidy(last)

    assert any("every order" in text for text in given(chat.asked[-1]))
