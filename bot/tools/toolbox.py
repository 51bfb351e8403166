"""All tools behind one port: finds the one that is called, and bounds what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from bot import spans
from context.calls import Errand
from context.errors import ToolFault
from context.prompt import Tool
from context.shaping import Shaping
from context.tools import ToolCall, ToolResult
from context.truncation import clipped

_UNKNOWN = "There is no such tool."
_FAILED = "The tool failed. Go on without it, or try again later."

log = structlog.get_logger()


class RunnableTool(Protocol):
    """One tool: what the model is told of it, and what it does."""

    @property
    def offer(self) -> Tool:
        """The same every time."""
        ...

    async def run(self, arguments: Mapping[str, object], errand: Errand) -> str:
        """Do it.

        Raises:
            ToolFault: It cannot be done as it was asked; the model reads why.
        """
        ...


class Toolbox:
    """The tools of an agent."""

    def __init__(self, tools: Sequence[RunnableTool], *, shaping: Shaping) -> None:
        """Keep the tools.

        Args:
            tools: No two of a name.
            shaping: Longest output of a tool.
        """
        self._tools = {tool.offer.name: tool for tool in tools}
        self._offered = tuple(self._tools[name].offer for name in sorted(self._tools))
        self._shaping = shaping

    @property
    def offered(self) -> tuple[Tool, ...]:
        """All tools, by name."""
        return self._offered

    async def run(self, call: ToolCall, errand: Errand) -> ToolResult:
        """Run a tool; a failure is a result that says so, and the turn goes on."""
        tool = self._tools.get(call.name)
        if tool is None:
            return ToolResult(text=_UNKNOWN, is_error=True)
        facts = {spans.OPERATION: "execute_tool", spans.TOOL: call.name}
        try:
            with spans.span(f"execute_tool {call.name}", facts):
                output = await tool.run(call.arguments, errand)
        except ToolFault as fault:
            return replace(self._bounded(fault.reason, call), is_error=True)
        except Exception as error:  # noqa: BLE001 - a tool is no reason to lose a turn
            log.warning("tool.failed", tool=call.name, reason=type(error).__name__)
            return ToolResult(text=_FAILED, is_error=True)
        return self._bounded(output, call)

    def _bounded(self, output: str, call: ToolCall) -> ToolResult:
        """As much of an output as an agent is given at once; the rest can be read by its id."""
        text = clipped(
            output,
            max_bytes=self._shaping.tool_output_bytes,
            max_lines=self._shaping.tool_output_lines,
            kept_as=call.call_id,
        )
        return ToolResult(text=text, whole=None if text == output else output)
