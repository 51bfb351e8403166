"""A command while it is obeyed: who asked, which session it acts on, and how to answer."""

from dataclasses import dataclass, field

from bot.voice import Voice
from context import notices
from context.language import Language
from context.messages import Button, InboundMessage, SessionId, TurnId
from storage.lanes import Claim
from storage.outbox import Kind, Spoken
from storage.people import Preferences


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One command.

    Attributes:
        claim: Of the control lane that it came in by.
        message: It, as it came in.
        argument: What was written behind its name, in the person's words.
        session_id: What it acts on.
        turn_id: Under which the answer is booked.
        voice: Speaks where it was given.
        preferences: How the person wants to be told.
        elsewhere: Whether it acts on another session than the one it was given in.
    """

    claim: Claim
    message: InboundMessage
    argument: str = field(repr=False)
    session_id: SessionId
    turn_id: TurnId
    voice: Voice = field(repr=False)
    preferences: Preferences
    elsewhere: bool

    @property
    def choice(self) -> str:
        """The argument of a command that takes one of a few words."""
        return self.argument.strip().lower()

    @property
    def language(self) -> Language:
        """The language it is answered in."""
        return self.preferences.language

    def answer(self, text: str, *, buttons: tuple[Button, ...] = ()) -> tuple[Spoken, ...]:
        """Answer, saying which session is meant where that is not plain."""
        if self.elsewhere:
            text = notices.in_latest_thread(text, language=self.language)
        return self.voice.say(Kind.COMMAND, text, buttons=buttons)
