"""Where traces go: the variables that OpenTelemetry names, read as the others are.

What is not here (sampling, batches, timeouts, resource attributes) OpenTelemetry's library
reads from the environment itself, under its own names.
"""

from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.setting_forms import Lowered

_ADDRESS = r"^https?://\S+$"


class TracingSettings(BaseSettings):
    """Where traces go; nowhere unless an endpoint or the exporter is named."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_prefix="OTEL_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    traces_exporter: Annotated[Literal["otlp", "none"] | None, Lowered] = Field(
        None, description="`otlp` or `none`; `otlp` where an endpoint is named."
    )
    exporter_otlp_endpoint: str | None = Field(
        None,
        pattern=_ADDRESS,
        description="The collector, to which `/v1/traces` is added; port 4318 of this host "
        "where only the exporter is named.",
    )
    exporter_otlp_traces_endpoint: str | None = Field(
        None, pattern=_ADDRESS, description="The whole address for traces, instead."
    )
    exporter_otlp_headers: SecretStr | None = Field(
        None, description="Headers for it, `name=value`, comma-separated."
    )
    exporter_otlp_protocol: Annotated[Literal["http/protobuf"], Lowered] = Field(
        "http/protobuf", description="No other is spoken."
    )
    service_name: str = Field("baton", min_length=1, description="Who traces are from.")
    sdk_disabled: bool = Field(default=False, description="On: no traces, whatever is set.")

    @property
    def endpoint(self) -> str | None:
        """The whole address for traces; None where there are to be none."""
        if self.sdk_disabled or self.traces_exporter == "none":
            return None
        if self.exporter_otlp_traces_endpoint is not None:
            return self.exporter_otlp_traces_endpoint
        if self.exporter_otlp_endpoint is not None:
            return f"{self.exporter_otlp_endpoint.rstrip('/')}/v1/traces"
        return None if self.traces_exporter is None else "http://localhost:4318/v1/traces"
