"""A summary that the server made on the way to an answer, or as the answer itself."""

from dataclasses import dataclass, replace

from bot.emulator.servers.bill import BilledUsage
from bot.emulator.servers.model_answer import Answer
from bot.emulator.servers.model_request import CompactionBlock, Prompt
from bot.emulator.servers.model_wire import Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A summary made.

    Attributes:
        block: What stands for the conversation from now on.
        usage: What it cost.
        took_s: How long the model wrote on it, in seconds.
    """

    block: CompactionBlock
    usage: BilledUsage
    took_s: float

    def before(self, answer: Answer) -> Answer:
        """The answer with the summary in front."""
        return replace(
            answer,
            content=(self.block, *answer.content),
            thinks_s=self.took_s + answer.thinks_s,
        )

    def alone(self, *, message_id: str, model: str) -> Sent:
        """The summary as the answer; its cost is told apart, and nothing else cost anything."""
        answer = Answer(content=(self.block,), stop_reason="compaction", thinks_s=self.took_s)
        return Sent(
            message_id=message_id,
            model=model,
            answer=answer,
            usage=BilledUsage(),
            compaction=self.usage,
        )


def stands_alone(prompt: Prompt) -> bool:
    """Whether a summary, once made, is to be all of the answer."""
    pauses = prompt.edit is not None and prompt.edit.pause_after_compaction
    return prompt.compaction is not None or pauses
