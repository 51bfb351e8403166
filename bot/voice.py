"""What a turn or a command says: text becomes outbox messages in the platform's own form."""

from collections.abc import Iterator
from itertools import count

from channels.port import Channel
from context.messages import Address, OutboxId, TurnId
from storage.outbox import Kind, Spoken


class Voice:
    """Speaks for one turn at one address.

    Ids are numbered within the turn, so that a turn taken again says the same messages
    under the same ids, and none twice.
    """

    def __init__(self, channel: Channel, to: Address, *, turn_id: TurnId) -> None:
        self._channel = channel
        self._to = to
        self._turn_id = turn_id
        self._numbers: Iterator[int] = count(1)
        self.prefix = channel.command_prefix

    def say(
        self, kind: Kind, markdown: str, *, notice: str | None = None
    ) -> tuple[Spoken, ...]:
        """Put Markdown into as many messages as the platform needs, in order."""
        return tuple(
            Spoken(
                outbox_id=OutboxId(f"{self._turn_id}-{next(self._numbers)}"),
                kind=kind,
                notice=notice,
                to=self._to,
                text=part,
            )
            for part in self._channel.parts(markdown)
        )

    def apart(self, name: str) -> "Voice":
        """Speak at the same address for what is said before the turn's end.

        Its messages are numbered on their own: when the turn is taken again, what it says
        then must not be taken for what was said before.
        """
        return Voice(self._channel, self._to, turn_id=TurnId(f"{self._turn_id}-{name}"))
