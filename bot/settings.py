"""The configuration: environment variables and `.env`, read once, then frozen.

A channel's variables are read by the channel itself. What is wrong is told for all
variables at once, by name and never by value.
"""

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from dotenv import dotenv_values
from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.setting_forms import (
    DatabaseAddress,
    Days,
    Duration,
    Lowered,
    Names,
    Rollout,
    Threshold,
)
from context.errors import ConfigError
from context.policy import Thresholds
from context.shaping import Shaping

SMALLEST_LIMIT = 4_000


_THRESHOLDS = (
    "warning_threshold",
    "compaction_threshold",
    "critical_threshold",
    "rotation_threshold",
)


class Settings(BaseSettings):
    """Everything that is not a channel's own."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    host: str | None = Field(
        None, description="Where the web process listens; 127.0.0.1 in dev, 0.0.0.0 otherwise."
    )
    port: int = Field(8000, ge=0, le=65535, description="The port it listens on.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/]+$",
        description="The address the platforms call, scheme and host only, without a path.",
    )
    database_url: DatabaseAddress = Field(
        None, description="`postgresql://…`; embedded in dev when not set."
    )
    database_direct_url: DatabaseAddress = Field(
        None, description="A direct address where DATABASE_URL is a transaction pooler."
    )
    db_pool_size: int = Field(
        10,
        ge=2,
        le=200,
        description="Connections per process, besides a worker's three for LISTEN.",
    )
    worker_concurrency: int = Field(20, ge=1, le=1000, description="Turns at once per worker.")
    bot_data_dir: Path = Field(
        Path(".bot"), description="Where dev keeps its database and its secret key."
    )
    secret_key: SecretStr | None = Field(
        None, description="Keys the digests in logs; made by dev, needed by web and worker."
    )
    anthropic_api_key: SecretStr | None = Field(
        None, description="Claude's key; without one dev uses the offline stand-in."
    )
    anthropic_base_url: str | None = Field(
        None, pattern=r"^https?://\S+$", description="Another address for the Claude API."
    )
    model: str | None = Field(None, description="Model id; a recommended one when not set.")
    model_fallbacks: Names = Field(
        (), description="Model ids, comma-separated, tried when the first is overloaded."
    )
    context_window_limit: int = Field(
        200_000,
        ge=SMALLEST_LIMIT,
        description="Tokens one agent may hold, never above the model's own window.",
    )
    warning_threshold: Threshold = Field(
        0.75, description="Share of the limit at which the person is warned, or `off`."
    )
    compaction_threshold: Threshold = Field(
        0.80, description="Share at which older turns are compacted, or `off`."
    )
    critical_threshold: Threshold = Field(
        0.90, description="Share at which the agent hands over after its turn, or `off`."
    )
    rotation_threshold: Threshold = Field(
        0.95, description="Share at which it gives way as a forced rotation, or `off`."
    )
    enable_lifecycle_management: bool = Field(
        default=True,
        description="Off: nothing is compacted or handed over; usage is still counted.",
    )
    lifecycle_rollout: Rollout = Field(
        100, description="Percent of users it is on for, 0 to 100, or a list of user ids."
    )
    max_compactions: int = Field(
        2, ge=0, le=20, description="Compactions per agent; then it runs on to its handoff."
    )
    compaction_target: float = Field(
        0.5, gt=0, lt=1, description="What one aims at, as a share of the threshold."
    )
    compaction_min_messages: int = Field(
        3, ge=1, description="Turns between two, unless a tenth of the limit was added."
    )
    compaction_cooldown: int = Field(
        60, ge=0, description="Seconds after a failed one; times 5 and 15 if it fails again."
    )
    primer_turns: int = Field(
        1, ge=0, le=50, description="An agent's first turns, kept word for word."
    )
    recent_turns: int = Field(
        6, ge=1, le=200, description="The newest turns, kept word for word."
    )
    keep_user_tokens: int = Field(
        20_000, ge=0, description="Most of the person's older words kept word for word."
    )
    output_reserve: float = Field(
        0.10, gt=0, le=0.5, description="Share of the limit that is kept for the answer."
    )
    tool_output_bytes: int = Field(
        10_240, ge=512, description="Longest tool output in a prompt; its middle is cut."
    )
    tool_output_lines: int = Field(256, ge=8, description="Most lines of it.")
    usage_line: Annotated[Literal["off", "every", "threshold"] | None, Lowered] = Field(
        None,
        description="Usage in chat: `off`, after `every` turn, or from the warning "
        "`threshold` on; `every` in dev, else `threshold`.",
    )
    enable_handoff_markdown: bool = Field(
        default=False, description="Also write each handoff as a Markdown file."
    )
    handoff_markdown_path: Path | None = Field(
        None, description="The folder for those files; needed with the above."
    )
    redact: Annotated[Literal["secrets", "all"], Lowered] = Field(
        "secrets",
        description="What becomes a placeholder in documents, summaries and logs: card "
        "numbers and credentials, or `all` personal numbers and addresses too.",
    )
    idle_timeout: Duration = Field(
        None, description="Idle time after which an agent hands over, as `30m`, or `off`."
    )
    retention_days: Days = Field(
        None, description="Days after which transcripts are pruned, from 1, or `off`."
    )
    project_id: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Project of sessions that name none.",
    )
    admin_token: SecretStr | None = Field(
        None, description="Bootstrap admin token; `dev` in dev."
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Lowered] = Field(
        "info", description="Least severe level that is logged."
    )
    log_format: Annotated[Literal["console", "json"] | None, Lowered] = Field(
        None, description="`console` or `json`; console on a terminal."
    )

    @property
    def kept_for(self) -> timedelta | None:
        """How long transcripts are kept; None for ever."""
        return None if self.retention_days is None else timedelta(days=self.retention_days)

    @property
    def thresholds(self) -> Thresholds:
        """The four shares of the limit at which something happens."""
        return Thresholds(
            warning=self.warning_threshold,
            compaction=self.compaction_threshold,
            critical=self.critical_threshold,
            rotation=self.rotation_threshold,
        )

    @property
    def shaping(self) -> Shaping:
        """How much of a window stays word for word, and how far compaction goes."""
        return Shaping(
            max_compactions=self.max_compactions,
            compaction_target=self.compaction_target,
            compaction_min_messages=self.compaction_min_messages,
            compaction_cooldown=timedelta(seconds=self.compaction_cooldown),
            primer_turns=self.primer_turns,
            recent_turns=self.recent_turns,
            keep_user_tokens=self.keep_user_tokens,
            output_reserve=self.output_reserve,
            tool_output_bytes=self.tool_output_bytes,
            tool_output_lines=self.tool_output_lines,
        )

    @field_validator("handoff_markdown_path")
    @classmethod
    def _has_a_folder(cls, path: Path | None, before: ValidationInfo) -> Path | None:
        if path is None and before.data.get("enable_handoff_markdown"):
            raise ValueError("must be set where ENABLE_HANDOFF_MARKDOWN is on")
        return path

    @field_validator(*_THRESHOLDS)
    @classmethod
    def _ascends(cls, share: float | None, before: ValidationInfo) -> float | None:
        lower = [name for name in _THRESHOLDS if before.data.get(name) is not None]
        if share is not None and lower and share <= before.data[lower[-1]]:
            fault = f"must be above {lower[-1].upper()}"
            raise ValueError(fault)
        return share


# Variables of INTERFACE that no code reads yet: setting one deserves a word.
NOT_BUILT_YET = frozenset(
    {
        "AGENTS_PATH",
        "BUDGET_AGENT",
        "BUDGET_GLOBAL_DAILY",
        "BUDGET_MODE",
        "BUDGET_SESSION",
        "BUDGET_TURN",
        "BUDGET_USER_DAILY",
        "INSTRUCTIONS_PATH",
        "MCP_CONFIG",
        "PRESET",
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
        "VOYAGE_API_KEY",
        "VOYAGE_API_URL",
        "WHATSAPP_ACCESS_TOKEN",
        "WHATSAPP_API_URL",
        "WHATSAPP_APP_SECRET",
        "WHATSAPP_PHONE_NUMBER_ID",
        "WHATSAPP_VERIFY_TOKEN",
    }
)

T = TypeVar("T")

SHUTDOWN_WITHIN = timedelta(seconds=10)
"""Longest that a process takes to stop after it was asked to."""


def read(settings: Callable[[], T], *others: Callable[[], object]) -> T:
    """Build a settings object; say everything that is wrong with the variables at once.

    Args:
        settings: The object's class, or a partial of it.
        *others: Further settings, whose faults are to be told along with its own.

    Raises:
        ConfigError: Variable name → fault, for each bad variable.
    """
    if faults := _faults(settings, *others):
        raise ConfigError(faults)
    return settings()


def environment() -> Mapping[str, str]:
    """Give all that is set, names in capitals: the environment, and behind it `.env`."""
    sources = (dotenv_values(".env"), os.environ)
    return {
        name.upper(): value for source in sources for name, value in source.items() if value
    }


def required(present: Mapping[str, object | None]) -> None:
    """Refuse to go on while a variable is missing.

    Raises:
        ConfigError: Names all of them.
    """
    missing = {name: "must be set" for name, value in present.items() if value is None}
    if missing:
        raise ConfigError(missing)


def _faults(*readings: Callable[[], object]) -> dict[str, str]:
    faults: dict[str, str] = {}
    for reading in readings:
        try:
            reading()
        except ValidationError as error:
            for fault in error.errors(
                include_input=False, include_url=False, include_context=False
            ):
                name = f"{_prefix(reading)}{fault['loc'][0]}".upper()
                faults[name] = fault["msg"].removeprefix("Value error, ")
    return faults


def _prefix(reading: object) -> str:
    """What the variables of a settings class begin with, given values or not."""
    owner = reading.func if isinstance(reading, partial) else reading
    if isinstance(owner, type) and issubclass(owner, BaseSettings):
        return owner.model_config.get("env_prefix", "")
    return ""
