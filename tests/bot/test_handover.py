"""Handoffs that would run in a circle, and what their person hears."""

from structlog.testing import capture_logs

from context import notices
from tests.bot.chat import Chat, a_message, says
from tests.storage.scenes import run, value


async def test_an_agent_that_hands_over_again_and_again_begins_with_next_to_nothing(
    chat: Chat,
) -> None:
    chat.api.script(says(occupied_tokens=5_000), says(occupied_tokens=9_200), says("Here."))
    await chat.tell(a_message("My order is BX-48213-A.", number=1))
    await run(chat.database, "update agent set turns = -1, handoffs_in_a_row = 4")

    with capture_logs() as logged:
        said = await chat.tell(a_message("And another thing.", number=2))
    answer = await chat.tell(a_message("Are you there?", number=3))

    assert said[-1].text == notices.started_small()
    assert "handoff.tripped" in [one["event"] for one in logged]
    assert [one.text for one in answer] == ["Here."]
    assert await value(chat.database, "select count(*) from agent_handoff") == 1
