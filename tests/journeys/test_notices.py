"""What the bot says about itself: in the person's language, and to nobody else."""

from pydantic import BaseModel, TypeAdapter

from bot.emulator.servers.slack_messages import SlackMessage
from tests.journeys.town import BEN, Town, town, until

GENERAL = "C1GENERAL"
LIMIT = 4_000
FILLER = "Diese Zeile hier nimmt nur Platz weg. "


class _Element(BaseModel):
    action_id: str
    value: str


class _Block(BaseModel):
    elements: tuple[_Element, ...] = ()


_BLOCKS = TypeAdapter(tuple[_Block, ...])


def heard(here: Town) -> list[SlackMessage]:
    return [one for one in here.slack.messages.seen(GENERAL) if one.bot_id is not None]


async def call(here: Town, text: str, *, thread: str | None, answers: int) -> SlackMessage:
    """Call the bot in the channel, and wait for so many messages of its own."""
    before = len(heard(here))
    said = here.slackers.say(
        BEN, f"<@{here.slack.bot_user}> {text}", channel=GENERAL, thread_ts=thread
    )
    for webhook in said.webhooks:
        await here.slack_hooks.deliver(webhook)
    await until(lambda: len(heard(here)) >= before + answers)
    return said.message


async def test_in_a_shared_thread_a_warning_and_its_button_are_one_persons_own(
    database_url: str,
) -> None:
    async with town(database_url, limit_tokens=LIMIT) as here:
        root = await call(here, "Hallo, kannst du mir helfen?", thread=None, answers=2)
        user_id = f"{here.slack.team}:{BEN}"
        pasted = await here.paste_to(user_id, 0.77, filler=FILLER)
        await call(here, pasted, thread=root.ts, answers=2)

        warning = heard(here)[-1]
        assert warning.text.startswith("⚠️ Mein Kontextfenster")
        assert (warning.visible_to, warning.thread_ts) == (BEN, root.ts)
        assert [one.visible_to for one in heard(here)[:-1]] == [None] * 3

        buttons = [
            one for block in _BLOCKS.validate_python(warning.blocks) for one in block.elements
        ]
        compact = next(one for one in buttons if one.value == "compact")
        pressed = here.slackers.press(BEN, compact.action_id, on=warning, value=compact.value)
        await here.slack_hooks.deliver(pressed)
        await until(lambda: len(heard(here)) >= 5)

        answer = heard(here)[4]
        assert answer.text.startswith("🧹 Ich räume auf.")
        assert (answer.visible_to, answer.thread_ts) == (BEN, root.ts)
