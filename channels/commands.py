"""Which words are commands to the bot itself, and how a person writes one on any platform."""

from context.messages import Command

NAMES = frozenset(
    {
        "help",
        "context",
        "new",
        "compact",
        "handoff",
        "history",
        "memory",
        "forget",
        "why",
        "project",
        "notices",
        "link",
        "stop",
    }
)
"""Every command that can be written on a platform; an unknown one answers with this list."""

PERSONAL = frozenset({"handoff", "history", "memory", "forget", "why", "project", "link"})
"""Those whose answer is for the person alone, where others read along."""

_ARGUMENTS = {
    "handoff": frozenset({"show", "undo"}),
    "notices": frozenset({"all", "critical", "off"}),
}


def written(text: str, *, mark: str) -> Command | None:
    """Read a command that begins with its mark: `/notices off`, `.help`.

    Any single word after the mark is a name, known or not, so that a mistyped command gets
    the list and not an essay; a mark with nothing behind it is no command.
    """
    stripped = text.strip()
    if not stripped.startswith(mark):
        return None
    name, argument = _halves(stripped[len(mark) :])
    # `/ 2` and `//` are no commands: the name stands right behind the mark, as a word.
    return Command(name=name, argument=argument) if name and name.isalnum() else None


def known(text: str, *, mark: str) -> Command | None:
    """Read a marked command as `written` does, if its name is known; `.5` and `.NET` are text."""
    command = written(text, mark=mark)
    return command if command is not None and command.name in NAMES else None


def bare(text: str) -> Command | None:
    """Read a command said to the bot without a mark: `@bot context`, `@bot notices off`.

    Only the name alone or with an argument of its own list counts, because what follows a
    mention is mostly plain talk: `@bot new idea` is not `new`.
    """
    name, argument = _halves(text.strip())
    if name not in NAMES:
        return None
    if argument and argument.lower() not in _ARGUMENTS.get(name, frozenset()):
        return None
    return Command(name=name, argument=argument.lower())


def _halves(text: str) -> tuple[str, str]:
    """Part the first word, in lower case, from the rest."""
    words = text.split(maxsplit=1)
    if not words or text[0].isspace():
        return "", ""
    return words[0].lower(), words[1].strip() if len(words) > 1 else ""
