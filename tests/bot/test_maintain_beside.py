"""Housekeeping that comes to its end while a turn is at work, and turns taken again after it."""

from dataclasses import dataclass, replace

from bot.emulator.servers.model_answer import Answer
from bot.ports import Model
from context.calls import Errand, Purpose
from context.messages import InboundMessage
from context.prompt import Answer as Answered
from context.prompt import Prompt
from context.usage import Window
from tests.bot.chat import Chat, a_message, given
from tests.bot.test_maintain import compactions, talked
from tests.storage.scenes import rows, value


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyModel:
    """A model that takes so long for a reply that housekeeping is done meanwhile."""

    model: Model
    chat: Chat
    last: InboundMessage

    async def window(self) -> Window:
        return await self.model.window()

    async def count(self, prompt: Prompt) -> int | None:
        return await self.model.count(prompt)

    async def answer(self, prompt: Prompt, errand: Errand) -> Answered:
        if errand.purpose is Purpose.REPLY:
            await self.chat.tidy(self.last)
        return await self.model.answer(prompt, errand)


async def test_a_compaction_made_while_a_turn_is_at_work_waits_for_the_next(
    chat: Chat,
) -> None:
    last = await talked(chat)
    busy = replace(chat, model=BusyModel(model=chat.model, chat=chat, last=last))

    await busy.tell(a_message("And now?", number=98))
    meanwhile = [one["state"] for one in await compactions(chat)]
    await chat.tell(a_message("What was my first order?", number=99))

    assert meanwhile == ["ready"]
    assert [one["state"] for one in await compactions(chat)][:1] == ["applied"]
    assert "<summary>" in "\n".join(given(chat.asked[-1]))


async def test_a_turn_taken_again_after_a_step_counts_its_compaction_once(chat: Chat) -> None:
    last = await talked(chat)
    await chat.tidy(last)
    before = await rows(chat.database, "select before_tokens, after_tokens from compaction")
    asked = a_message("What was my first order?", number=99)

    await chat.cut_off(asked, Answer.calling("recall", {"question": "first order"}))
    (held,) = await rows(chat.database, "select occupied_tokens, compactions from agent")
    chat.api.script(Answer.saying("It is BX-100-A."))
    await chat.go_on(asked)

    assert held == {"occupied_tokens": before[0]["after_tokens"], "compactions": 1}
    assert await value(chat.database, "select compactions from agent") == 1
    assert (
        await value(chat.database, "select compacted_to_tokens from agent")
        == (before[0]["after_tokens"])
    )
