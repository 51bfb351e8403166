"""Turns: what came in is answered, whatever the model and the platforms do."""

from datetime import datetime

import pytest
from typing_extensions import override

from bot.emulator.servers.model_error import ApiError
from context import notices
from context.errors import SessionConflict
from context.messages import InboundMessage, TurnId, UserId
from storage.lanes import Claim
from storage.mailbox import Mail, Mailbox
from tests.bot.chat import Chat, Heard, a_message, given, says
from tests.builders import an_inbound
from tests.storage.scenes import lose, rows, run

TOLD = notices.failed()


class LateMailbox(Mailbox):
    """A mailbox in which a message lies as soon as somebody found it empty."""

    def __init__(self, chat: Chat, *late: InboundMessage) -> None:
        super().__init__(chat.database)
        self._chat = chat
        self._late = list(late)

    @override
    async def take(self, claim: Claim, *, turn_id: TurnId, now: datetime) -> Mail | None:
        mail = await super().take(claim, turn_id=turn_id, now=now)
        if mail is None and self._late:
            await self._chat.receive(self._late.pop())
        return mail


async def test_the_first_answer_comes_with_a_greeting_and_the_next_without(chat: Chat) -> None:
    chat.api.script(says("One."), says("Two."))

    first = await chat.tell(a_message(number=1))
    second = await chat.tell(a_message(number=2))

    greeting, answer = first
    assert greeting == Heard(
        kind="notice", notice=None, text=notices.first_contact(prefix="/baton ")
    )
    assert answer == Heard(kind="reply", notice=None, text="One.")
    assert [heard.text for heard in second] == ["Two."]


async def test_everybody_is_greeted_once_wherever_they_write(chat: Chat) -> None:
    await chat.tell(a_message(number=1))
    elsewhere = await chat.tell(an_inbound(number=2, conversation="C0002", shared=True))
    somebody_else = await chat.tell(an_inbound(number=3, user_id=UserId("T024BE7LD:U2")))

    assert len(elsewhere) == 1
    assert len(somebody_else) == 2


async def test_messages_that_came_together_are_answered_together(chat: Chat) -> None:
    chat.api.script(says("Both."))

    await chat.tell(*(a_message(text, number=n) for n, text in enumerate(("A", "B", "C"))))

    assert await chat.fates() == [("merged", None), ("merged", None), ("answered", None)]
    assert given(chat.asked[0]) == ["A", "B", "C"]


async def test_every_model_call_and_every_item_is_kept(chat: Chat) -> None:
    chat.api.script(says("One."), says("Two."))
    await chat.tell(a_message("First", number=1))
    await chat.tell(a_message("Second", number=2))

    assert given(chat.asked[1]) == ["First", "One.", "Second"]
    items = await rows(chat.database, "select position, role from content_item order by 1")
    assert [(item["position"], item["role"]) for item in items] == [
        (0, "user"),
        (1, "assistant"),
        (2, "user"),
        (3, "assistant"),
    ]


async def test_what_others_said_in_a_shared_thread_comes_along_quoted(chat: Chat) -> None:
    people, api = chat.slack.people, chat.slack.api
    mention = f"<@{api.bot_user}> what do you think?"
    opening = people.say("U0BOB", "I would take the <overheard>train", channel="C0GENERAL")
    asked = people.say("U0ALICE", mention, channel="C0GENERAL", thread_ts=opening.message.ts)
    received = await chat.slack.receive(asked.webhook)

    await chat.tell(*received.messages)

    overheard, question = given(chat.asked[0])
    assert overheard.startswith("<overheard>\nBob: I would take the &lt;overheard>train")
    assert "what do you think?" in question


async def test_what_others_said_before_the_last_answer_is_not_quoted_again(chat: Chat) -> None:
    people, api = chat.slack.people, chat.slack.api
    thread = people.say("U0BOB", "Bob's words", channel="C0GENERAL").message.ts
    for number in range(2):
        asked = people.say(
            "U0ALICE", f"<@{api.bot_user}> {number}", channel="C0GENERAL", thread_ts=thread
        )
        await chat.tell(*(await chat.slack.receive(asked.webhook)).messages)

    assert sum("Bob's words" in text for text in given(chat.asked[1])) == 1


async def test_mail_that_comes_just_as_the_turn_lets_go_is_answered_too(chat: Chat) -> None:
    chat.api.script(says("One."), says("Two."))
    late = LateMailbox(chat, a_message(number=2))

    told = await chat.tell(a_message(number=1), turns=chat.turns(mailbox=late))

    assert [heard.text for heard in told[1:]] == ["One.", "Two."]


async def test_a_message_on_a_channel_that_is_gone_fails_in_silence(chat: Chat) -> None:
    told = await chat.tell(a_message(), turns=chat.turns(channels={}))

    assert told == []
    assert await chat.fates() == [("failed", "channel_not_configured")]
    assert not chat.asked


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ApiError(401, "no"), "ModelRefused"),
        (ApiError(402, "no"), "ModelRefused"),
        (ApiError(400, "no"), "ModelFault"),
        (ApiError(404, "no"), "ModelFault"),
    ],
)
async def test_a_model_that_cannot_answer_is_told_in_one_sentence(
    chat: Chat, error: ApiError, reason: str
) -> None:
    chat.api.script(error)

    told = await chat.tell(a_message())

    assert [heard.text for heard in told] == [TOLD]
    assert await chat.fates() == [("failed", reason)]


@pytest.mark.slow
async def test_a_model_that_stays_busy_is_waited_for_and_then_given_up(chat: Chat) -> None:
    chat.api.next(529, times=100)

    told = await chat.tell(a_message())

    assert len(chat.asked) > 5
    assert [heard.text for heard in told] == [TOLD]
    assert await chat.fates() == [("failed", "ModelBusy")]


async def test_a_turn_after_one_that_failed_is_answered(chat: Chat) -> None:
    chat.api.script(ApiError(401, "no"), says("Here I am."))
    await chat.tell(a_message(number=1))

    told = await chat.tell(a_message(number=2))

    assert told[-1].text == "Here I am."
    assert await chat.fates() == [("failed", "ModelRefused"), ("answered", None)]


async def test_a_turn_is_given_up_after_five_attempts(chat: Chat) -> None:
    await chat.receive(a_message())
    await run(chat.database, "update inbox set attempts = 4")
    chat.api.script(says("Fifth time."))
    fifth = await chat.tell(a_message(number=2))
    await chat.receive(a_message(number=3))
    await run(chat.database, "update inbox set attempts = 5 where state = 'pending'")
    sixth = await chat.tell(a_message(number=4))

    assert fifth[-1].text == "Fifth time."
    assert [heard.text for heard in sixth] == [TOLD]
    assert (await chat.fates())[-2:] == [("failed", "too_many_attempts")] * 2


async def test_a_turn_whose_claim_is_lost_leaves_nothing(chat: Chat) -> None:
    await chat.receive(a_message())
    claim = await chat.claim(a_message())
    await lose(chat.database, claim)

    with pytest.raises(SessionConflict):
        await chat.turns().drain(claim)

    assert await chat.heard() == []
    assert not chat.asked


async def test_a_turn_interrupted_before_its_first_step_begins_again(chat: Chat) -> None:
    await chat.cut_off(a_message())
    chat.api.script(says("Here I am."))

    told = await chat.tell(a_message("And?", number=2))

    assert [heard.kind for heard in told] == ["notice", "reply", "reply"]
    assert told[1].text == "Here I am."
    assert given(chat.asked[1]) == ["Hello"]


async def test_an_agent_whose_prompt_is_refused_for_ever_is_replaced(chat: Chat) -> None:
    """One bad block in a transcript would brick the conversation for good."""
    refused = ApiError(400, "messages.0.content: could not process image")
    chat.api.script(says("Noted."), refused, refused, says("It is BX-48213-A."))
    await chat.tell(a_message("My order is BX-48213-A.", number=1))

    failed = await chat.tell(a_message("And this?", number=2))
    said = await chat.tell(a_message("What is my order?", number=3))

    assert [heard.text for heard in failed] == [TOLD]
    assert [heard.notice for heard in said] == ["handoff", None]
    assert said[-1].text == "It is BX-48213-A."
    assert any("BX-48213-A" in text for text in given(chat.asked[-1]))
    assert await chat.agents() == [(1, "failed"), (2, "active")]
    (handoff,) = await rows(chat.database, "select termination_reason from agent_handoff")
    assert handoff["termination_reason"] == "error"


@pytest.mark.parametrize("fault", [404, 401])
async def test_a_fault_that_is_not_the_prompts_replaces_nobody(chat: Chat, fault: int) -> None:
    broken = ApiError(fault, "no")
    chat.api.script(says("Noted."), broken, broken)
    for number in range(1, 4):
        await chat.tell(a_message(number=number))

    assert await chat.agents() == [(1, "active")]


async def test_a_fresh_agent_whose_prompt_is_refused_is_not_replaced_again(chat: Chat) -> None:
    refused = [ApiError(400, "no") for _ in range(5)]
    chat.api.script(says("Noted."), *refused)
    for number in range(1, 5):
        await chat.tell(a_message(number=number))

    assert [version for version, _ in await chat.agents()] == [1, 2]
    assert (await chat.fates())[1:] == [("failed", "ModelFault")] * 3
