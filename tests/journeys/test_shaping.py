"""What operators set, seen from the chat and from the admin API."""

from pathlib import Path

from tests.journeys.town import FILLER, town

LIMIT = 4_000


async def test_without_lifecycle_management_nothing_happens_to_a_window_but_it_is_counted(
    database_url: str,
) -> None:
    settings = {"enable_lifecycle_management": False}
    async with town(database_url, limit_tokens=LIMIT, settings=settings) as here:
        person = here.person("whatsapp")
        await person.say("My order number is BX-48213-A.")
        for share in (0.78, 0.85, 0.92, 0.97):
            (reply,) = await person.fill(share)
            assert reply == "Noted."
        (refused,) = await person.say(FILLER * 100)

        assert "too long" in refused
        assert await here.fates() == {"answered": 5, "refused": 1}
        for path in ("/handoffs", "/compactions", "/rotations"):
            assert await person.told(path) == []
        async with here.database.hot() as connection:
            held = await connection.fetchval("select occupied_tokens from agent")
            calls = await connection.fetchval("select count(*) from model_usage")
        assert held == here.model.bill.calls[-1].usage.occupied_tokens >= 0.96 * LIMIT
        assert calls == 5


async def test_a_rollout_by_name_is_for_those_and_nobody_else(database_url: str) -> None:
    settings = {"lifecycle_rollout": "T0BATON:U1BEN"}
    async with town(database_url, limit_tokens=LIMIT, settings=settings) as here:
        ana, ben = here.person("whatsapp"), here.person("slack")
        for person in (ana, ben):
            await person.say("My order number is BX-48213-A.")
            await person.fill(0.92)

        assert [text[0] for text in (*ana.heard, *ben.heard) if text[0] in "⚠🔴"] == ["🔴"]
        assert ben.heard[-1].startswith("🔴")
        assert await ana.told("/handoffs") == []
        assert len(await ben.told("/handoffs")) == 1


async def test_usage_is_told_after_every_turn_where_that_is_wanted(database_url: str) -> None:
    settings = {"usage_line": "every"}
    async with town(database_url, limit_tokens=LIMIT, settings=settings) as here:
        person = here.person("slack")
        *_, line = await person.say("Hello")
        (usage,) = [call.usage for call in here.model.bill.calls]
        *_, warning = await person.fill(0.77)

        assert line.startswith(f"{usage.occupied_tokens:,}/4,000 tokens (")
        assert line.endswith("compaction at 80 %")
        # The warning has the figures already.
        assert warning.startswith(("⚠️", "🧹"))


async def test_usage_is_told_from_the_warning_on(database_url: str) -> None:
    settings = {"usage_line": "threshold", "compaction_threshold": "off"}
    async with town(database_url, limit_tokens=LIMIT, settings=settings) as here:
        person = here.person("whatsapp")
        before = await person.say("Hello")
        await person.fill(0.77)
        _, line = await person.say("And on")

        assert not any("tokens (" in text for text in before)
        assert "/4,000 tokens (7" in line
        assert line.endswith("handoff at 90 %")


async def test_a_handoff_is_a_file_too_where_that_is_wanted(
    database_url: str, tmp_path: Path
) -> None:
    settings = {
        "enable_handoff_markdown": True,
        "handoff_markdown_path": tmp_path,
        "project_id": "atlas",
    }
    async with town(database_url, limit_tokens=LIMIT, settings=settings) as here:
        person = here.person("whatsapp")
        await person.say("My order number is BX-48213-A.")
        await person.fill(0.92)

        (handoff,) = await person.told("/handoffs")
        assert handoff["project_id"] == "atlas"
        ((name, text),) = files(tmp_path)
        assert name == f"{handoff['handoff_id']}.md"
        assert "BX-48213-A" in text


def files(folder: Path) -> list[tuple[str, str]]:
    """The names and texts of what lies in a folder."""
    return [(path.name, path.read_text(encoding="utf-8")) for path in folder.iterdir()]
