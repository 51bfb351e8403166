"""What is said becomes messages in the platform's form, under ids that stay the same."""

from dataclasses import replace

import pytest

from bot.voice import Voice
from context import notices
from context.messages import TurnId
from storage.outbox import Kind
from tests.builders import an_address
from tests.channels.slack import workspace


async def test_text_is_cut_to_what_the_platform_takes_and_numbered_in_order() -> None:
    async with workspace() as slack:
        voice = Voice(slack.channel, an_address(), turn_id=TurnId("turn"))
        spoken = voice.say(Kind.REPLY, "word " * 3_000)
        spoken += voice.say(Kind.NOTICE, "And this.", notice="warning")

    assert [one.outbox_id for one in spoken] == ["turn-1", "turn-2", "turn-3"]
    assert [one.kind for one in spoken] == [Kind.REPLY, Kind.REPLY, Kind.NOTICE]
    assert [one.notice for one in spoken] == [None, None, "warning"]
    assert all(one.to == an_address() for one in spoken)


async def test_saying_it_again_gives_the_same_ids() -> None:
    async with workspace() as slack:
        first, again = (
            Voice(slack.channel, an_address(), turn_id=TurnId("turn")).say(Kind.REPLY, "Yes.")
            for _ in range(2)
        )

    assert first == again


async def test_what_is_said_apart_takes_no_number_away() -> None:
    async with workspace() as slack:
        voice = Voice(slack.channel, an_address(), turn_id=TurnId("turn"))
        apart = voice.apart("working").say(Kind.NOTICE, "Still at it.")
        spoken = voice.say(Kind.REPLY, "Yes.")

    assert [one.outbox_id for one in (*apart, *spoken)] == ["turn-working-1", "turn-1"]
    assert apart[0].to == spoken[0].to


async def test_buttons_stand_under_the_last_part_alone() -> None:
    async with workspace() as slack:
        voice = Voice(slack.channel, an_address(), turn_id=TurnId("turn"))
        buttons = notices.buttons("compact")
        spoken = voice.say(Kind.NOTICE, "word " * 3_000, buttons=buttons)

    assert [one.buttons for one in spoken] == [(), buttons]


@pytest.mark.parametrize(
    ("kind", "notice", "only_to"),
    [
        (Kind.NOTICE, "warning", "U1"),
        (Kind.NOTICE, "critical", "U1"),
        (Kind.NOTICE, "usage", "U1"),
        (Kind.NOTICE, None, None),
        (Kind.REPLY, None, None),
        (Kind.COMMAND, None, None),
        (Kind.COMMAND, "compaction", None),
    ],
)
async def test_in_a_shared_thread_only_the_person_sees_a_notice_about_their_window(
    kind: Kind, notice: str | None, only_to: str | None
) -> None:
    shared = replace(an_address("C1", thread="17.1"), asker="U1")
    async with workspace() as slack:
        voice = Voice(slack.channel, shared, turn_id=TurnId("turn"))
        spoken = voice.say(kind, "Look.", notice=notice)
        spoken += voice.apart("again").say(kind, "Look.", notice=notice)

    assert [one.to for one in spoken] == [replace(shared, only_to=only_to)] * 2


async def test_nothing_is_said_of_blank_text() -> None:
    async with workspace() as slack:
        voice = Voice(slack.channel, an_address(), turn_id=TurnId("turn"))

        assert voice.say(Kind.REPLY, " \n") == ()
        assert voice.prefix == "/baton "
