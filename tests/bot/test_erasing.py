"""Erasing a person while the model is answering them."""

import asyncio
from datetime import timedelta

import pytest

from bot.emulator.servers.faults import Hang
from bot.erasing import Erasing
from context.errors import SessionConflict
from tests.bot.chat import Chat, a_message, says
from tests.bot.model.waiting import until
from tests.builders import USER
from tests.storage.erasing import is_empty
from tests.storage.scenes import value


async def erased_while_answered(chat: Chat) -> None:
    """Let the person be erased after the model was asked, and the model answer after that."""
    chat.api.script(says("A secret."))
    chat.api.faults.queue(Hang(), method="messages")
    await chat.receive(a_message())
    claim = await chat.claim(a_message())
    async with asyncio.TaskGroup() as group:
        turn = group.create_task(chat.turns().drain(claim))
        await until(lambda: len(chat.asked) == 1)
        erasing = Erasing(chat.database, secret_key="a key")
        assert await erasing.erase(USER, now=chat.clock.now()) is not None
        chat.api.faults.release()
        await asyncio.wait({turn})


async def test_an_answer_that_comes_after_the_erasure_is_thrown_away(chat: Chat) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        await erased_while_answered(chat)

    assert caught.group_contains(SessionConflict)
    assert await is_empty(chat.database)


async def test_whoever_writes_after_that_is_answered_as_somebody_new(chat: Chat) -> None:
    chat.api.script(says("One."), says("Two."))
    await chat.tell(a_message("My order is 48213"))
    chat.clock.advance(timedelta(hours=1))
    await Erasing(chat.database, secret_key="a key").erase(USER, now=chat.clock.now())

    greeting, answer = await chat.tell(a_message("Hello", number=2))

    assert (greeting.kind, answer.text) == ("notice", "Two.")
    assert "48213" not in str(chat.asked[-1])
    assert await value(chat.database, "select count(*) from content_item") == 2
