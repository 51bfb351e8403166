"""All tools of an agent, in one toolbox."""

from bot.tools.recall import RecallTool
from bot.tools.results import ReadResultTool
from bot.tools.toolbox import Toolbox
from context.shaping import Shaping
from storage.database import Database
from storage.recall import Recall
from storage.tool_outputs import ToolOutputs


def all_tools(database: Database, *, shaping: Shaping) -> Toolbox:
    """Put together what an agent may call.

    Args:
        database: Where the tools look.
        shaping: Longest output of a tool.
    """
    tools = (
        RecallTool(Recall(database), shaping=shaping),
        ReadResultTool(ToolOutputs(database), shaping=shaping),
    )
    return Toolbox(tools, shaping=shaping)
