"""The crowd: everybody writes their messages in order, and platforms deliver them repeatedly."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from time import perf_counter

from bot.emulator.servers.webhooks import Undelivered, Webhook, deliver
from tests.chaos.moments import Moment, Moments
from tests.chaos.platforms import Person, marker

_TRY_AGAIN_AFTER_S = 0.1
_MOST_COPIES = 2
# One in five writes so much at a time that their agent hands over after some ten messages.
_MUCH_EVERY = 5
_MUCH = " And so on, and on, and on." * 45


@dataclass(slots=True, kw_only=True)
class Post:
    """Delivers webhooks as platforms do: again and again, until they are acknowledged.

    Attributes:
        origins: Where the bot listens; any of them will do.
        chance: Chooses among them.
        accepted_s: How long each acknowledgement took, of deliveries that got one.
        refused: How many were answered "not stored, send again", or not at all.
    """

    origins: Sequence[str]
    chance: random.Random
    accepted_s: list[float] = field(default_factory=list)
    refused: int = 0

    async def deliver(self, person: Person, webhook: Webhook) -> None:
        """Deliver until the bot says that it has it.

        Raises:
            AssertionError: The bot answered what no platform should hear.
        """
        while not await self._is_taken(person, webhook):
            self.refused += 1
            await asyncio.sleep(_TRY_AGAIN_AFTER_S)
            webhook = person.again(webhook)

    async def _is_taken(self, person: Person, webhook: Webhook) -> bool:
        began = perf_counter()
        origin = self.chance.choice(self.origins)
        try:
            answer = await deliver(webhook, within=person.patience, origin=origin)
        except Undelivered:
            return False
        if answer.status == HTTPStatus.OK:
            self.accepted_s.append(perf_counter() - began)
            return True
        assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE, f"answered {answer.status}"
        return False


@dataclass(slots=True, kw_only=True)
class Crowd:
    """Everybody who writes.

    Nobody waits for their own answers, but all together are never more than `ahead` messages
    ahead of the model, so that the load lasts as long as the kills do.
    """

    people: Sequence[Person]
    messages_each: int
    ahead: int
    post: Post
    moments: Moments
    chance: random.Random
    _said: int = 0

    async def speak(self) -> None:
        """Have everybody say everything; return when all of it is acknowledged."""
        async with asyncio.TaskGroup() as everybody:
            for person in self.people:
                everybody.create_task(self._speak(person))

    async def _speak(self, person: Person) -> None:
        late: list[Webhook] = []
        async with asyncio.TaskGroup() as copies:
            for number in range(self.messages_each):
                self._said += 1
                await self.moments.reached(Moment.ANSWERED, self._said - self.ahead)
                self.moments.happened(Moment.WEBHOOK)
                webhook = person.say(_text(person, number))
                for _ in range(self.chance.randint(0, _MOST_COPIES)):
                    if self.chance.random() < 0.5:
                        copies.create_task(self.post.deliver(person, webhook))
                    else:
                        late.append(webhook)
                await self.post.deliver(person, webhook)
            for webhook in late:
                copies.create_task(self.post.deliver(person, person.again(webhook)))


def _text(person: Person, number: int) -> str:
    more = _MUCH if person.number % _MUCH_EVERY == 0 else ""
    return f"Message {marker(person.number, number)}.{more}"
