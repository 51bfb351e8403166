"""What a turn or a command says: text becomes outbox messages in the platform's own form.

Where others read along, how full a person's window is concerns only that person.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from channels.port import Channel
from context.messages import Address, Button, OutboxId, TurnId
from storage.outbox import Kind, Spoken


class Voice:
    """Speaks for one turn at one address.

    Ids are numbered within the turn, so that a turn taken again says the same messages
    under the same ids, and none twice.
    """

    def __init__(self, channel: Channel, to: Address, *, turn_id: TurnId) -> None:
        self._channel = channel
        self._to = to
        self._alone = to if to.asker is None else replace(to, only_to=to.asker)
        self._turn_id = turn_id
        self._numbers: Iterator[int] = count(1)
        self.prefix = channel.command_prefix

    def say(
        self,
        kind: Kind,
        markdown: str,
        *,
        notice: str | None = None,
        buttons: tuple[Button, ...] = (),
    ) -> tuple[Spoken, ...]:
        """Put Markdown into as many messages as the platform needs, in order.

        Args:
            kind: What it is.
            markdown: What is said.
            notice: What a notice about the window is of; in a shared thread only the person
                it is about sees it.
            buttons: What may be pressed under the last message.
        """
        to = self._alone if kind is Kind.NOTICE and notice is not None else self._to
        *first, last = self._channel.parts(markdown) or ("",)
        return tuple(
            Spoken(
                outbox_id=OutboxId(f"{self._turn_id}-{next(self._numbers)}"),
                kind=kind,
                notice=notice,
                to=to,
                text=part,
                buttons=under,
            )
            for part, under in (*((part, ()) for part in first), (last, buttons))
            if part
        )

    def apart(self, name: str) -> "Voice":
        """Speak at the same address for what is said before the turn's end.

        Its messages are numbered on their own: when the turn is taken again, what it says
        then must not be taken for what was said before.
        """
        return Voice(self._channel, self._to, turn_id=TurnId(f"{self._turn_id}-{name}"))
