"""Housekeeping while nobody waits: notes, compaction, and what is recorded of both."""

import json

import pytest

from bot.emulator.servers.model_answer import Answer
from bot.emulator.servers.model_error import ApiError
from context import notices
from context.messages import InboundMessage, Said
from tests.bot.chat import LIMIT, Chat, a_message, given, says
from tests.bot.test_commands import a_command
from tests.storage.scenes import rows, value

ASIDE = "It was a present for my aunt, who likes lamps a great deal. " * 8


async def talked(chat: Chat, *, upto: float = 0.80) -> InboundMessage:
    """A long conversation that fills the window so far; its last message."""
    number, occupied_tokens = 0, 0
    message = a_message()
    while occupied_tokens < upto * LIMIT:
        number += 1
        chat.api.script(Answer.saying("Noted. " + "All is well with it. " * 12))
        message = a_message(f"My order {number} is BX-{number}00-A. {ASIDE}", number=number)
        await chat.tell(message)
        occupied_tokens = chat.api.bill.calls[-1].usage.occupied_tokens
    return message


def orders(last: InboundMessage) -> int:
    """How many turns were taken when that was said."""
    assert isinstance(last.content, Said)
    return int(last.content.text.split()[2])


async def compactions(chat: Chat) -> list[dict[str, object]]:
    return await rows(
        chat.database,
        "select state, reason, trigger, before_tokens, after_tokens from compaction",
    )


async def test_past_the_threshold_older_turns_give_way_to_a_summary(chat: Chat) -> None:
    last = await talked(chat)
    before = await chat.agents()

    said = await chat.tidy(last)
    chat.api.script(Answer.saying("It is BX-100-A."))
    await chat.tell(a_message("What was my first order?", number=99))

    (done,) = await compactions(chat)
    assert (done["state"], done["trigger"]) == ("applied", "threshold")
    assert before == [(1, "compacting")]
    assert [one.notice for one in said] == ["compaction"]
    told = "\n".join(given(chat.asked[-1]))
    assert "<summary>" in told
    assert all(f"BX-{number}00-A" in told for number in range(1, orders(last) + 1))
    freed = chat.api.bill.calls[-1].usage.occupied_tokens / float(str(done["before_tokens"]))
    assert freed < 0.6
    assert await chat.agents() == [(1, "active")]


async def test_the_transcript_is_whole_after_a_compaction(chat: Chat) -> None:
    last = await talked(chat)

    await chat.tidy(last)

    items = await value(chat.database, "select count(*) from content_item")
    assert items == 2 * orders(last)


async def test_a_compactor_inherits_the_model_and_has_no_tools(chat: Chat) -> None:
    last = await talked(chat)

    await chat.tidy(last)

    compactor = chat.asked[-1]
    assert compactor.model == chat.asked[0].model
    assert not compactor.tools
    assert (
        await value(chat.database, "select count(*) from model_usage where purpose = 'notes'")
        == 1
    )


async def test_notes_are_asked_for_within_what_the_model_gives(chat: Chat) -> None:
    last = await talked(chat)

    await chat.tidy(last)

    window, asked = await chat.model.window(), chat.asked[-1]
    assert 0 < asked.max_tokens <= window.output_tokens
    assert chat.api.bill.calls[-1].usage.prompt_tokens + asked.max_tokens < window.limit_tokens


@pytest.mark.parametrize(
    "answer",
    [ApiError(400, "no"), Answer.saying(""), Answer.saying('{"restated_goal": "a la')],
    ids=["failing", "silent", "cut off"],
)
async def test_a_compactor_that_fails_leaves_history_as_it_is(
    chat: Chat, answer: Answer | ApiError
) -> None:
    last = await talked(chat)
    # The notes that were due from the warning on, and those of the compaction.
    chat.api.script(answer, answer)

    said = await chat.tidy(last)
    chat.api.script(Answer.saying("Fine."))
    await chat.tell(a_message("And now?", number=99))

    assert said == []
    assert [one["state"] for one in await compactions(chat)][:1] == ["failed"]
    assert "<summary>" not in "\n".join(given(chat.asked[-1]))


async def test_from_the_warning_on_notes_are_kept_for_the_handoff(chat: Chat) -> None:
    last = await talked(chat, upto=0.75)
    await chat.tidy(last)
    noted_to = await value(chat.database, "select covers_to from notes")

    chat.api.script(says("Noted.", occupied_tokens=int(0.91 * LIMIT)))
    await chat.tell(a_message("We decided to replace the lamp.", number=99))

    assert noted_to == 2 * orders(last) - 1
    (handoff,) = await rows(chat.database, "select document, probe_score from agent_handoff")
    assert handoff["probe_score"] == 1.0
    document = handoff["document"]
    told = document if isinstance(document, dict) else json.loads(str(document))
    values = {fact["value"] for fact in told["key_facts"]}
    assert {f"BX-{number}00-A" for number in range(1, orders(last) + 1)} <= values


async def test_who_asks_for_a_compaction_hears_what_came_of_it(chat: Chat) -> None:
    last = await talked(chat, upto=0.5)
    await chat.command(a_command("compact"))

    said = await chat.tidy(last)

    assert [one.kind for one in said] == ["command"]
    (done,) = await compactions(chat)
    assert (done["state"], done["trigger"]) == ("ready", "command")


async def test_what_is_to_be_kept_is_heard_right_after_the_notes_were_made(
    chat: Chat,
) -> None:
    """The notes reach the transcript's end already, so nothing new would be read."""
    last = await talked(chat, upto=0.75)
    await chat.tidy(last)
    noted_to = await value(chat.database, "select covers_to from notes")
    drafted = chat.asked[-1]
    await chat.command(a_command("compact", argument="my aunt's taste"))
    taste = "The aunt likes lamps a great deal."
    chat.api.script(Answer.saying(json.dumps({"preferences": [_preference(taste)]})))

    (told,) = await chat.tidy(last)

    asked = "\n".join(given(chat.asked[-1]))
    assert chat.asked[-1] != drafted
    assert "The person asked to keep above all: my aunt's taste" in asked
    assert "The notes so far:" in asked
    assert all(f"BX-{number}00-A" in asked for number in range(1, orders(last) + 1))
    assert told.text.startswith("🧹")
    assert taste in str(await value(chat.database, "select summary from compaction"))
    assert await value(chat.database, "select covers_to from notes") == noted_to


def _preference(text: str) -> dict[str, object]:
    """As a model writes one that the first line bears out."""
    return {"key": "", "positions": [0], "text": text}


async def test_who_asks_for_a_compaction_of_nothing_hears_so(chat: Chat) -> None:
    await chat.tell(a_message(number=1))
    await chat.command(a_command("compact"))

    said = await chat.tidy(a_message(number=1))

    assert [one.text for one in said] == [notices.nothing_to_compact()]
    (done,) = await compactions(chat)
    assert done["state"] == "skipped"


async def test_who_asks_for_a_compaction_that_fails_hears_what_else_there_is(
    chat: Chat,
) -> None:
    last = await talked(chat, upto=0.5)
    await chat.command(a_command("compact"))
    chat.api.script(Answer.saying(""))

    (said,) = await chat.tidy(last)

    assert said.text == notices.compaction_failed(prefix="/baton ")
    assert "/baton handoff" in said.text


async def test_a_summary_quotes_no_secret(chat: Chat) -> None:
    chat.api.script(Answer.saying("Noted."))
    await chat.tell(a_message("Never mind. " + ASIDE, number=500))
    chat.api.script(Answer.saying("Noted."))
    await chat.tell(a_message("My card is 4111 1111 1111 1111, please.", number=501))
    last = await talked(chat)

    await chat.tidy(last)

    summary = str(await value(chat.database, "select summary from compaction"))
    assert "4111" not in summary
    assert "CARD" in summary


async def test_what_a_compaction_leaves_is_counted_by_the_provider(chat: Chat) -> None:
    last = await talked(chat)

    await chat.tidy(last)
    chat.api.script(Answer.saying("It is BX-100-A."))
    await chat.tell(a_message("And?", number=99))

    (done,) = await compactions(chat)
    left = int(str(done["after_tokens"]))
    # The one character that the count was asked with, then the person's word in its place.
    assert chat.api.bill.calls[-1].usage.prompt_tokens == left
