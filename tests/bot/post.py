"""One session's outbox, and the Slack that it is delivered to."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from typing_extensions import override

from bot.delivery import Delivery
from channels.port import Channel
from context.messages import Provider, TurnId
from storage.database import Database
from storage.lanes import Claim, Lanes
from storage.outbox import NotYet, Outbox, Spoken, ToSend, Unsettled, say
from tests.builders import NOON
from tests.channels.slack import Workspace
from tests.storage.scenes import rows

POST, READ = "chat.postMessage", "conversations.history"


class Post:
    """The outbox and what became of it.

    Attributes:
        held: The claim on its delivery.
    """

    def __init__(self, database: Database, slack: Workspace, held: Claim) -> None:
        self.slack = slack
        self.held = held
        self.outbox = Outbox(database)
        self._database = database

    async def say(self, *spoken: Spoken) -> None:
        """Put messages into the outbox."""
        async with self._database.hot() as connection:
            await say(
                connection,
                spoken,
                session_id=self.held.session_id,
                person_id=self.held.person_id,
                turn_id=TurnId("turn-1"),
                agent_id=None,
                now=NOON,
            )

    def delivery(
        self,
        *,
        channels: Mapping[Provider, Channel] | None = None,
        outbox: Outbox | None = None,
    ) -> Delivery:
        """What delivers."""
        return Delivery(
            outbox=outbox or self.outbox,
            lanes=Lanes(self._database),
            channels={Provider("slack"): self.slack.channel} if channels is None else channels,
            clock=self.slack.clock,
        )

    async def pauses(
        self, delivery: Delivery | None = None, *, most: int = 100
    ) -> list[timedelta]:
        """Deliver until all is settled, letting as much time pass as is asked for."""
        delivery = delivery or self.delivery()
        pauses: list[timedelta] = []
        while (again := await delivery.deliver(self.held)) is not None:
            pauses.append(again)
            assert len(pauses) < most
            self.slack.clock.advance(again)
        return pauses

    async def settled(self) -> list[tuple[object, object]]:
        """What became of each message, in order: state and code."""
        kept = await rows(self._database, "select state, code from outbox order by position")
        return [(one["state"], one["code"]) for one in kept]

    def seen(self) -> list[str]:
        """What the person sees, in order."""
        return [one.text for one in self.slack.said_by_bot("D0001")]

    def posts(self) -> int:
        """How often something was posted, whether it arrived or not."""
        return self.slack.methods().count(POST)


class LateOutbox(Outbox):
    """An outbox in which a message lies as soon as somebody found it empty."""

    def __init__(self, database: Database, post: Post, late: Spoken) -> None:
        super().__init__(database)
        self._post = post
        self._late = [late]

    @override
    async def next(self, claim: Claim, *, now: datetime) -> ToSend | Unsettled | NotYet | None:
        found = await super().next(claim, now=now)
        if found is None and self._late:
            await self._post.say(self._late.pop())
        return found
