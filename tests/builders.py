"""Valid values for tests; a test states only what it is about."""

from datetime import UTC, datetime, timedelta

from context.calls import Errand, ModelCall, Purpose
from context.handoff import HandoffDocument, document
from context.lifecycle import AgentState, TerminationReason
from context.messages import (
    SLACK,
    Address,
    AgentId,
    Content,
    InboundMessage,
    MediaReference,
    MessageId,
    OutboundMessage,
    OutboxId,
    PersonId,
    Provider,
    Said,
    TraceId,
    TurnId,
    UserId,
    session_id,
)
from context.prompt import Block, Item, Prompt, PromptMessage, Role
from context.session import Agent, Level

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""When the first thing in a test is said; later ones count minutes from it."""

USER = UserId("T024BE7LD:U061F7AUR")


def an_address(peer: str = "D0001", *, thread: str | None = None) -> Address:
    """Where an answer goes: a direct chat in Slack."""
    return Address(provider=Provider("slack"), account="T024BE7LD", peer=peer, thread=thread)


def a_photo(name: str | None = "lamp.jpg") -> MediaReference:
    """A picture that a person sent."""
    return MediaReference(
        url="https://files.example/1", content_type="image/jpeg", name=name, size_bytes=1_024
    )


def an_inbound(
    text: str = "Hello",
    *,
    number: int = 1,
    content: Content | None = None,
    shared: bool = False,
    user_id: UserId = USER,
    conversation: str = "D0001",
    sent_at: datetime | None = None,
) -> InboundMessage:
    """A message a person sent; `number` gives it an id and a minute of its own."""
    return InboundMessage(
        message_id=MessageId(f"slack-{number:032x}"),
        user_id=user_id,
        platform=SLACK,
        conversation=conversation,
        shared=shared,
        reply_to=an_address(conversation),
        sent_at=sent_at or NOON + timedelta(minutes=number),
        speaker="Ada",
        content=Said(text=text) if content is None else content,
    )


def an_outbound(text: str = "Hello yourself", *, number: int = 1) -> OutboundMessage:
    """A message to send."""
    return OutboundMessage(outbox_id=OutboxId(f"outbox-{number}"), to=an_address(), text=text)


def an_agent(
    *,
    version: int = 1,
    state: AgentState = AgentState.ACTIVE,
    occupied_tokens: int = 1_250,
    told: Level = Level.NONE,
    history_from: int = 0,
    began_from: str | None = None,
) -> Agent:
    """A chat agent of one person's direct chat in Slack."""
    return Agent(
        agent_id=AgentId(f"agent-{version}"),
        trace_id=TraceId("0123456789abcdef0123456789abcdef"),
        session_id=session_id(SLACK, USER, "D0001"),
        person_id=PersonId("person-1"),
        user_id=USER,
        platform=SLACK,
        provider=Provider("slack"),
        version=version,
        state=state,
        began_from=began_from,
        history_from=history_from,
        occupied_tokens=occupied_tokens,
        peak_tokens=occupied_tokens,
        turns=3,
        told=told,
        started_at=NOON,
    )


def a_text(text: str) -> Block:
    """A text block."""
    return {"type": "text", "text": text}


def a_tool_use(call_id: str = "toolu_1", name: str = "recall") -> Block:
    """The model's call of a tool."""
    return {"type": "tool_use", "id": call_id, "name": name, "input": {"query": "order"}}


def a_tool_result(
    call_id: str = "toolu_1", text: str = "found", *, failed: bool = False
) -> Block:
    """What a tool gave back."""
    result: dict[str, object] = {"type": "tool_result", "tool_use_id": call_id, "content": text}
    return {**result, "is_error": True} if failed else result


def an_item(
    position: int = 0,
    *said: str | Block,
    role: Role | None = None,
    turn: int | None = None,
) -> Item:
    """A transcript entry; by default persons and assistant take turns, two items a turn."""
    speaker: Role = ("user", "assistant")[position % 2] if role is None else role
    number = position // 2 if turn is None else turn
    blocks = tuple(a_text(one) if isinstance(one, str) else one for one in said or ("Hello",))
    return Item(
        position=position,
        role=speaker,
        blocks=blocks,
        turn_id=TurnId(f"turn-{number}"),
        message_ids=(MessageId(f"slack-{number:032x}"),) if speaker == "user" else (),
        said_at=NOON + timedelta(minutes=position),
    )


def a_conversation(*said: str, first: int = 0) -> tuple[Item, ...]:
    """A transcript in which the person begins, at an even position, and the assistant answers."""
    return tuple(an_item(position, text) for position, text in enumerate(said, start=first))


def a_prompt(text: str = "Hello", *, max_output_tokens: int = 1_000) -> Prompt:
    """A prompt with one message of the person."""
    return Prompt(
        system="You are a helpful assistant.",
        messages=(PromptMessage(role="user", blocks=(a_text(text),)),),
        max_output_tokens=max_output_tokens,
    )


def an_errand() -> Errand:
    """A reply in one person's direct chat."""
    return Errand(
        person_id=PersonId("person-1"),
        session_id=session_id(SLACK, USER, "D0001"),
        agent_id=AgentId("agent-1"),
        turn_id=TurnId("turn-1"),
        purpose=Purpose.REPLY,
    )


def a_model_call(number: int = 1) -> ModelCall:
    """A call about to be made."""
    return ModelCall(
        call_id=f"call-{number}", errand=an_errand(), model="claude", started_at=NOON
    )


def a_document(
    *said: str,
    first: int = 0,
    agent: Agent | None = None,
    previous: HandoffDocument | None = None,
) -> HandoffDocument:
    """What is left of a conversation in which the person gave an order number."""
    said = said or ("My order number is 48213, where is it?", "On its way.")
    return document(
        agent=agent or an_agent(occupied_tokens=180_400),
        items=a_conversation(*said, first=first),
        previous=previous,
        reason=TerminationReason.CONTEXT_WINDOW_EXHAUSTED,
        limit_tokens=200_000,
        now=NOON + timedelta(hours=1),
    )
