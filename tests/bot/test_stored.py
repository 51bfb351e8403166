"""What was stored and cannot be read: the conversation goes on without it."""

import pytest
from structlog.testing import capture_logs

from bot.stored import read_back
from context.summary import Summary
from tests.bot.chat import Chat, a_message, says
from tests.storage.scenes import run


def test_what_is_not_there_is_nothing() -> None:
    assert read_back(Summary, None) is None


def test_what_was_kept_is_read_back() -> None:
    kept = Summary(covers_to=3, kept=(0,), text="They spoke of lamps.")

    assert read_back(Summary, kept.model_dump(mode="json")) == kept


def test_what_cannot_be_read_is_reported_without_its_words() -> None:
    with capture_logs() as logged:
        assert read_back(Summary, {"covers_to": "secret", "text": "secret"}) is None

    assert [one["event"] for one in logged] == ["stored.unreadable"]
    assert "secret" not in str(logged)


@pytest.mark.parametrize("broken", ["{}", '{"schema_number": 99, "text": 1}'])
async def test_a_conversation_goes_on_after_its_document_became_unreadable(
    chat: Chat, broken: str
) -> None:
    chat.api.script(says(occupied_tokens=9_200), says("Still here."))
    await chat.tell(a_message("My order is BX-48213-A.", number=1))
    await run(
        chat.database, "update agent_handoff set briefing = null, document = $1::jsonb", broken
    )

    said = await chat.tell(a_message("And now?", number=2))

    assert [one.text for one in said] == ["Still here."]
    assert await chat.fates() == [("answered", None)] * 2
