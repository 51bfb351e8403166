"""What else operators set: where steps begin, for whom, and what is kept and written."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.emulator.servers.model_answer import Answer
from bot.emulator.servers.model_request import ToolResultBlock
from bot.limits import Limits
from bot.watch import Watch
from storage.chores import Chores
from storage.day_totals import DayTotals
from tests.bot.chat import LIMIT, Chat, a_message, given, says
from tests.bot.cleaning import a_cleaning
from tests.bot.environment import Configure
from tests.builders import USER
from tests.storage.scenes import rows, run, value


async def handed_over(chat: Chat, limits: Limits, text: str = "Hello") -> dict[str, object]:
    """Say something that fills the window; the handoff that follows."""
    chat.api.script(says(occupied_tokens=int(0.91 * LIMIT)))
    await chat.tell(a_message(text), turns=chat.turns(limits=limits))
    (handoff,) = await rows(chat.database, "select * from agent_handoff")
    return handoff


@pytest.mark.parametrize(
    ("variables", "share", "notices"),
    [
        ({"WARNING_THRESHOLD": "0.50"}, 0.51, ["warning"]),
        ({"WARNING_THRESHOLD": "off"}, 0.79, []),
        ({"CRITICAL_THRESHOLD": "0.85"}, 0.86, ["critical"]),
        ({"CRITICAL_THRESHOLD": "off", "ROTATION_THRESHOLD": "0.92"}, 0.91, ["warning"]),
        ({"CRITICAL_THRESHOLD": "off", "ROTATION_THRESHOLD": "0.92"}, 0.93, ["critical"]),
        ({"CONTEXT_WINDOW_LIMIT": "5000"}, 0.40, ["warning"]),
        ({"ENABLE_LIFECYCLE_MANAGEMENT": "false"}, 0.99, []),
        ({"LIFECYCLE_ROLLOUT": "0"}, 0.99, []),
        ({"LIFECYCLE_ROLLOUT": "U1SOMEBODY,U2ELSE"}, 0.99, []),
        ({"LIFECYCLE_ROLLOUT": f"U1SOMEBODY,{USER}"}, 0.99, ["critical"]),
        ({"USAGE_LINE": "every"}, 0.10, ["usage"]),
        ({"USAGE_LINE": "threshold"}, 0.10, []),
    ],
)
async def test_where_a_step_begins_and_for_whom_is_set_by_variables(
    chat: Chat,
    configured: Configure,
    *,
    variables: dict[str, str],
    share: float,
    notices: list[str],
) -> None:
    limits = configured(**variables)
    chat.api.script(says(occupied_tokens=int(share * LIMIT)))

    said = await chat.tell(a_message(), turns=chat.turns(limits=limits))

    assert [one.notice for one in said if one.notice is not None] == notices
    assert await value(chat.database, "select max(occupied_tokens) from agent") == share * LIMIT


@pytest.mark.parametrize(("threshold", "asked"), [("0.40", 1), ("0.60", 0), ("off", 0)])
async def test_compaction_threshold_says_when_to_tidy_up(
    chat: Chat, configured: Configure, *, threshold: str, asked: int
) -> None:
    limits = configured(WARNING_THRESHOLD="off", COMPACTION_THRESHOLD=threshold)
    chat.api.script(says(occupied_tokens=int(0.45 * LIMIT)))

    await chat.tell(a_message(), turns=chat.turns(limits=limits))

    asked_for = "select count(*) from chore where kind = 'compaction'"
    assert await value(chat.database, asked_for) == asked


@pytest.mark.parametrize(("reserve", "tokens"), [("0.10", 1_000), ("0.30", 3_000)])
async def test_output_reserve_is_the_longest_answer(
    chat: Chat, configured: Configure, *, reserve: str, tokens: int
) -> None:
    await chat.tell(a_message(), turns=chat.turns(limits=configured(OUTPUT_RESERVE=reserve)))

    assert chat.asked[-1].max_tokens == tokens


async def recalled(chat: Chat, limits: Limits) -> str:
    """Have the model look up what was said at length, in many lines; what it is given."""
    lines = "\n".join(f"The lamp number {number} is blue." for number in range(200))
    await chat.tell(a_message(lines, number=1), turns=chat.turns(limits=limits))
    chat.api.script(
        Answer.calling("recall", {"question": "lamp"}), Answer.saying("It is blue.")
    )
    await chat.tell(a_message("Which lamp?", number=2), turns=chat.turns(limits=limits))
    blocks = [block for message in chat.asked[-1].messages for block in message.content]
    (result,) = [block for block in blocks if isinstance(block, ToolResultBlock)]
    return "".join(getattr(block, "text", "") for block in result.content)


@pytest.mark.parametrize("max_bytes", [512, 1_500])
async def test_tool_output_bytes_bounds_what_a_tool_gives(
    chat: Chat, configured: Configure, *, max_bytes: int
) -> None:
    given_back = await recalled(chat, configured(TOOL_OUTPUT_BYTES=str(max_bytes)))

    assert max_bytes // 4 <= len(given_back.encode()) <= max_bytes


@pytest.mark.parametrize("max_lines", [8, 32])
async def test_tool_output_lines_bounds_what_a_tool_gives(
    chat: Chat, configured: Configure, *, max_lines: int
) -> None:
    given_back = await recalled(chat, configured(TOOL_OUTPUT_LINES=str(max_lines)))

    assert max_lines // 4 < len(given_back.splitlines()) <= max_lines


@pytest.mark.parametrize(
    ("scope", "held", "gone"),
    [
        ("secrets", ["<CARD_1>", "+1 415 555 0100"], ["4111"]),
        ("all", ["<CARD_1>", "<PHONE_1>"], ["4111", "555 0100"]),
    ],
)
async def test_redact_says_what_never_enters_a_document(
    chat: Chat, configured: Configure, *, scope: str, held: list[str], gone: list[str]
) -> None:
    said = "My card is 4111 1111 1111 1111, my number is +1 415 555 0100."

    handoff = await handed_over(chat, configured(REDACT=scope), said)

    document = json.dumps(handoff["document"], ensure_ascii=False)
    assert all(text in document for text in held)
    assert not any(text in document for text in gone)
    assert "4111 1111 1111 1111" in given(chat.asked[0])[0]


@pytest.mark.parametrize("project", ["atlas", None])
async def test_project_id_is_the_handoffs(
    chat: Chat, configured: Configure, *, project: str | None
) -> None:
    variables = {"PROJECT_ID": project} if project else {}

    handoff = await handed_over(chat, configured(**variables))

    assert handoff["project_id"] == project


@pytest.mark.parametrize("enabled", ["true", "false"])
async def test_handoff_markdown_is_written_where_it_is_wanted(
    chat: Chat, configured: Configure, *, tmp_path: Path, enabled: str
) -> None:
    folder = tmp_path / "handoffs"
    limits = configured(ENABLE_HANDOFF_MARKDOWN=enabled, HANDOFF_MARKDOWN_PATH=str(folder))

    handoff = await handed_over(chat, limits, "My order is BX-48213-A.")

    written = [path.read_text() for path in folder.glob("*")] if folder.exists() else []
    assert len(written) == (1 if enabled == "true" else 0)
    assert all("BX-48213-A" in text for text in written)
    assert (handoff["markdown_path"] is not None) is (enabled == "true")


_GONE_AT_COMMIT = """
create function gone() returns trigger language plpgsql as $$
begin delete from agent_handoff where id = new.id; return null; end $$;
create constraint trigger gone after insert on agent_handoff
  deferrable initially deferred for each row execute function gone();
"""


async def test_no_file_stays_of_a_handoff_whose_person_was_erased_meanwhile(
    chat: Chat, configured: Configure, tmp_path: Path
) -> None:
    folder = tmp_path / "handoffs"
    limits = configured(ENABLE_HANDOFF_MARKDOWN="true", HANDOFF_MARKDOWN_PATH=str(folder))
    await run(chat.database, _GONE_AT_COMMIT)
    chat.api.script(says(occupied_tokens=int(0.91 * LIMIT)))

    await chat.tell(a_message(), turns=chat.turns(limits=limits))

    assert await value(chat.database, "select count(*) from agent where version = 2") == 1
    assert list(folder.glob("*")) == []


async def test_whoever_is_not_managed_is_not_idle_either_and_asked_once(
    chat: Chat, configured: Configure
) -> None:
    limits = configured(LIFECYCLE_ROLLOUT="U1SOMEBODY")
    turns = chat.turns(limits=limits)
    await chat.tell(a_message(), turns=turns)
    watch = Watch(
        chores=Chores(chat.database),
        totals=DayTotals(chat.database),
        cleaning=a_cleaning(chat.database),
        clock=chat.clock,
        idle_timeout=timedelta(minutes=1),
    )

    for _ in range(2):
        chat.clock.advance(timedelta(hours=2))
        await watch.look()
        assert await chat.go_on(a_message(), turns) == []

    assert await chat.agents() == [(1, "active")]
    assert await value(chat.database, "select count(*) from chore") == 1
