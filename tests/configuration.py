"""Writes README's configuration table and `.env.example` from the settings' own descriptions.

`python -m tests.configuration` (part of `make format`) writes both anew; a test keeps them
equal. A channel's variables follow from its line in the registry.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings

from bot.settings import NOT_BUILT_YET, Settings
from bot.tracing_settings import TracingSettings
from channels.registry import KINDS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
EXAMPLE = ROOT / ".env.example"
BEGIN = "<!-- configuration: written by `make format` from the settings' own descriptions -->"
END = "<!-- end of configuration -->"

# What both processes of a deployment refuse to start without (`bot/app.py`).
_NEEDED = frozenset({"DATABASE_URL", "SECRET_KEY", "ANTHROPIC_API_KEY"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One environment variable, as its field describes it.

    Attributes:
        default: As it would be written in the environment; None for none.
        is_needed: Whether a deployment, or the channel it belongs to, does not start without.
    """

    name: str
    default: str | None
    meaning: str
    is_needed: bool


def variables() -> Mapping[str, tuple[Variable, ...]]:
    """Every variable that is read, by what it configures, in the order of the fields."""
    read = {
        "Everything": _of(Settings, needed=_NEEDED),
        "Traces": _of(TracingSettings, needed=()),
    }
    for kind in KINDS:
        settings = kind.settings
        if not (isinstance(settings, type) and issubclass(settings, BaseSettings)):
            raise TypeError("a channel's variables are a settings class")
        # What is handed in goes before what this environment happens to hold.
        fields = settings.model_fields.items()
        unset = dict.fromkeys(name for name, field in fields if field.default is None)
        needed = kind.settings(**unset).missing()
        read[f"Channel `{kind.provider}` ({kind.platform})"] = _of(settings, needed=needed)
    return read


def table() -> str:
    """The configuration as README shows it, its two marks included."""
    lines = [BEGIN, ""]
    for owner, listed in variables().items():
        lines += [f"**{owner}**", "", "| variable | default | meaning |", "| --- | --- | --- |"]
        lines += [
            f"| `{variable.name}` | {_default(variable)} | {variable.meaning} |"
            for variable in listed
        ]
        lines.append("")
    waiting = ", ".join(f"`{name}`" for name in sorted(NOT_BUILT_YET))
    lines += [f"Reserved, and not read yet: {waiting}.", "", END]
    return "\n".join(lines)


def example() -> str:
    """Every variable with its meaning, commented out, to be copied to `.env`."""
    lines = ["# Copy this to `.env` and uncomment what you need. The environment goes first."]
    for owner, listed in variables().items():
        lines += ["", f"## {owner}"]
        for variable in listed:
            lines += [
                "",
                f"# {variable.meaning}",
                f"# {variable.name}={variable.default or ''}",
            ]
    return "\n".join(lines) + "\n"


def with_table(readme: str) -> str:
    """The same page with the table as it is today.

    Raises:
        ValueError: A mark is missing, or there twice.
    """
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return before + table() + after


def _of(settings: type[BaseSettings], *, needed: Collection[str]) -> tuple[Variable, ...]:
    prefix = settings.model_config.get("env_prefix", "")
    properties: Mapping[str, dict[str, Any]] = settings.model_json_schema()["properties"]
    listed = []
    for field, schema in properties.items():
        name = f"{prefix}{field}".upper()
        default = schema.get("default")
        listed.append(
            Variable(
                name=name,
                default=str(default) if default not in (None, []) else None,
                meaning=" ".join([schema.get("description", ""), *_allowed(schema)]).strip(),
                is_needed=name in needed,
            )
        )
    return tuple(listed)


def _default(variable: Variable) -> str:
    if variable.default is not None:
        return f"`{variable.default}`"
    return "none, needed" if variable.is_needed else "none"


def _allowed(schema: dict[str, Any]) -> Iterator[str]:
    """Say the range and the words that a field allows, where its description does not."""
    for option in (schema, *schema.get("anyOf", ())):
        words = [f"`{word}`" for word in option.get("enum", ())]
        if words and words[0] not in schema["description"]:
            yield ", ".join(words) + "."
        match option:
            case {"minimum": low, "maximum": high}:
                yield f"{low} to {high}."
            case {"minimum": low}:
                yield f"{low} or more."
            case {"exclusiveMinimum": low, "exclusiveMaximum": high}:
                yield f"Over {low}, under {high}."


def main() -> None:
    """Write both files anew."""
    README.write_text(with_table(README.read_text("utf-8")), "utf-8")
    EXAMPLE.write_text(example(), "utf-8")


if __name__ == "__main__":
    main()
