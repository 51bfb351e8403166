"""Slack's own notation of text, read into plain words, and kept out of what we send.

Slack escapes `&`, `<` and `>` and puts what it knows between angle brackets: `<@U1>` is a
person, `<#C1|general>` a channel, `<!here>` everybody, `<https://…|label>` a link
(Slack: Formatting message text, read 2026-11).
"""

import re

_ENTITY = re.compile(r"&(amp|lt|gt);")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}
_BRACKETS = re.compile(r"<(?P<sign>[@#!]?)(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_SCHEME = re.compile(r"^(?:https?://|mailto:|tel:)")
_CALL = re.compile(r"<@(?P<user>[^<>|]+)(?:\|[^<>]*)?>")
_LEADING_CALL = re.compile(rf"\s*{_CALL.pattern}[\s:,]*")
_MASS_MENTION = re.compile(
    r"<!(?P<name>channel|here|everyone|subteam\^[^<>|]*)(?:\|[^<>]*)?>"
    r"|@(?P<bare>channel|here|everyone)\b",
    re.IGNORECASE,
)
_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"


def plain(text: str) -> str:
    """Turn Slack's notation into the words that people see.

    Escaped plain text comes back as it was, but for NUL, which nobody types and no text
    column holds.
    """
    words = _BRACKETS.sub(_words, text)
    return _ENTITY.sub(lambda match: _CHARACTERS[match[1]], words).replace("\0", "")


def without_call(text: str, *, bot: str | None) -> str | None:
    """Take the bot's name out of a text that calls it; None if the text does not.

    Args:
        text: In Slack's notation.
        bot: The bot's user id. None, where it is not known, stands for whoever is called
            first thing in the text.
    """
    leading = _LEADING_CALL.match(text)
    if leading is not None and bot in {None, leading["user"]}:
        bot, text = leading["user"], text[leading.end() :]
    elif bot is None or all(call["user"] != bot for call in _CALL.finditer(text)):
        return None
    inside = re.compile(rf"[ \t]*<@{re.escape(bot)}(?:\|[^<>]*)?>")
    return inside.sub("", text).strip()


def harmless(markdown: str) -> str:
    """Keep a text from calling everybody in a channel: `@channel` stays readable, but inert.

    Nothing a model writes, or was made to write, may ring the phones of a whole company.
    """
    return _MASS_MENTION.sub(
        lambda match: f"@{_ZERO_WIDTH_SPACE}{match['bare'] or match['name']}", markdown
    )


def _words(match: re.Match[str]) -> str:
    """What a person sees of one pair of angle brackets."""
    target, label = match["target"], match["label"]
    match match["sign"]:
        case "@" | "#" as sign:
            return sign + (label or target)
        case "!":
            name = target.partition("^")[2] if target.startswith("subteam^") else target
            shown = label or name
            return shown if target.startswith("date^") else f"@{shown.removeprefix('@')}"
        case _:
            bare = _SCHEME.sub("", target)
            if label is None or label in {target, bare}:
                return label or target
            return f"{label} ({target})"
