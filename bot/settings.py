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
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from context.errors import ConfigError
from context.policy import Thresholds
from storage.database import address

SMALLEST_LIMIT = 4_000


def _threshold(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.strip().lower() == "off":
        return None
    try:
        return float(value)
    except ValueError:
        raise ValueError("must be a number, or `off`") from None


def _lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _names(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _readable(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        address(value.get_secret_value())  # its faults repeat none of it
    return value


Threshold = Annotated[
    Annotated[float, Field(gt=0, lt=1)] | None,  # bounds hold for a share, not for `off`
    BeforeValidator(_threshold),
]
Lowered = BeforeValidator(_lowered)
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
DatabaseAddress = Annotated[SecretStr | None, AfterValidator(_readable)]


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
        0.80, description="Share for compaction, or `off`; nothing acts on it yet."
    )
    critical_threshold: Threshold = Field(
        0.90, description="Share at which the agent hands over after its turn, or `off`."
    )
    rotation_threshold: Threshold = Field(
        0.95, description="Share at which it gives way as a forced rotation, or `off`."
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
    def thresholds(self) -> Thresholds:
        """The four shares of the limit at which something happens."""
        return Thresholds(
            warning=self.warning_threshold,
            compaction=self.compaction_threshold,
            critical=self.critical_threshold,
            rotation=self.rotation_threshold,
        )

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
        "COMPACTION_COOLDOWN",
        "COMPACTION_MIN_MESSAGES",
        "COMPACTION_TARGET",
        "ENABLE_HANDOFF_MARKDOWN",
        "ENABLE_LIFECYCLE_MANAGEMENT",
        "HANDOFF_MARKDOWN_PATH",
        "IDLE_TIMEOUT",
        "INSTRUCTIONS_PATH",
        "KEEP_USER_TOKENS",
        "LIFECYCLE_ROLLOUT",
        "MAX_COMPACTIONS",
        "MCP_CONFIG",
        "OUTPUT_RESERVE",
        "PRESET",
        "PRIMER_TURNS",
        "PROJECT_ID",
        "RECENT_TURNS",
        "REDACT",
        "RETENTION_DAYS",
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
        "TOOL_OUTPUT_BYTES",
        "TOOL_OUTPUT_LINES",
        "USAGE_LINE",
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
