"""What a command says while it takes long."""

import asyncio

import pytest

from bot.cli.progress import Progress, going_on


async def test_what_is_quick_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    async with going_on("counting"):
        await asyncio.sleep(0)

    assert capsys.readouterr().err == ""


async def test_what_takes_long_says_that_it_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = ""
    async with going_on("counting", silent_s=0.001), asyncio.timeout(10):
        while said.count("\n") < 2:
            await asyncio.sleep(0)
            said += capsys.readouterr().err

    assert said.startswith("bot: still counting, for 0 s now\n")


def test_lines_are_counted_after_two_seconds_and_once_a_second(
    capsys: pytest.CaptureFixture[str],
) -> None:
    times = iter([0.0, 1.9, 2.0, 2.0, 2.5, 3.0, 3.0])
    progress = Progress("read", now=lambda: next(times))

    for lines in (1_000, 2_000, 3_000, 4_000):
        progress(lines)

    assert capsys.readouterr().err == "bot: 2,000 lines read\nbot: 4,000 lines read\n"
