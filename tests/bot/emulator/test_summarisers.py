"""Scripted summarisers, installed in the model server: notes go wrong, replies do not."""

import json
from collections.abc import Mapping

import anthropic
import pytest
from anthropic import AsyncAnthropic
from anthropic.types import Message, OutputConfigParam
from pydantic import JsonValue

from bot.emulator.servers.model import ModelApi, Summariser
from bot.emulator.servers.model_answer import Answer
from tests import summarisers
from tests.bot.emulator.claude import asked, words
from tests.bot.emulator.prompts import MODEL
from tests.bot.emulator.transcripts import Form, asking

LINES = (
    "My order number is BX-48213-A. My city is Ghent.",
    "Noted.",
    "I'll pay $42 by Friday. We decided to wait.",
)


async def notes_of(claude: AsyncAnthropic, *lines: str) -> Message:
    """The notes of some lines, over the official SDK."""
    told = asking(*(lines or LINES)).messages[0].content[0]
    config: OutputConfigParam = {
        "format": {"type": "json_schema", "schema": Form.model_json_schema()}
    }
    return await claude.messages.create(
        model=MODEL,
        max_tokens=4_000,
        messages=[{"role": "user", "content": told.model_dump_json(include={"text"})}],
        output_config=config,
    )


def made(summariser: Summariser) -> Mapping[str, JsonValue]:
    """What a summariser makes of the usual lines."""
    notes: Mapping[str, JsonValue] = json.loads(summariser(asking(*LINES)).text)
    return notes


async def test_replies_stay_the_stand_ins_and_scripted_ones(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.notes = summarisers.rambling
    model_api.script(Answer.saying("scripted"))

    notes = await notes_of(claude)

    assert words(notes).startswith("Here are the notes")
    assert words(await asked(claude)) == "scripted"
    assert "stand-in" in words(await asked(claude))


async def test_a_failing_one_is_an_error_of_that_call_only(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.notes = summarisers.failing(529, retry_after_s=3)

    with pytest.raises(anthropic.InternalServerError) as caught:
        await notes_of(claude)

    assert caught.value.status_code == 529
    assert caught.value.response.headers["retry-after"] == "3"
    assert words(await asked(claude))


async def test_a_silent_one_says_nothing_and_is_billed_a_token(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.notes = summarisers.silent

    notes = await notes_of(claude)

    assert (notes.content, notes.stop_reason) == ([], "end_turn")
    assert notes.usage.output_tokens == 1


async def test_a_slow_one_keeps_its_client_waiting(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.notes = summarisers.slow(60)

    with pytest.raises(anthropic.APITimeoutError):
        await notes_of(claude.with_options(timeout=0.05))

    assert len(model_api.bill.calls) == 1


async def test_one_that_is_cut_off_leaves_half_a_json(
    model_api: ModelApi, claude: AsyncAnthropic
) -> None:
    model_api.notes = summarisers.cut_off

    notes = await notes_of(claude)

    assert notes.stop_reason == "max_tokens"
    with pytest.raises(json.JSONDecodeError):
        json.loads(words(notes))


def test_a_perfect_one_notes_what_the_stand_in_finds() -> None:
    notes = made(summarisers.perfect)

    assert "BX-48213-A" in str(notes["key_facts"])
    assert "BX-48213-A" in str(notes["conversation_summary"])


def test_a_forgetful_one_has_the_form_and_nothing_in_it() -> None:
    notes = made(summarisers.forgetful)

    assert set(notes) == set(Form.model_fields)
    assert not any(notes[name] for name in notes if name not in {"profile", "restated_goal"})


def test_a_lying_one_changes_figures_and_keeps_their_sources() -> None:
    notes = made(summarisers.lying)

    lie = {"name": "order number", "value": "BX-59324-A", "sources": [0]}
    assert str(lie) in str(notes["key_facts"])
    assert "$53" in str(notes["open_commitments"])


def test_a_lossy_one_loses_about_the_share_it_is_told_and_the_same_each_time() -> None:
    lines = tuple(f"My {name} number is {n}." for n, name in enumerate(_names(300)))
    wanted = asking(*(part for line in lines for part in (line, "Noted.")), max_tokens=50_000)
    lossy = summarisers.lossy(1.0, kept_with_figures=0.5)

    kept = json.loads(lossy(wanted).text)["key_facts"]

    assert kept == json.loads(lossy(wanted).text)["key_facts"]
    assert 30 <= len(kept) <= 70  # of the hundred newest


def test_a_lossy_one_parts_what_has_a_figure_from_what_has_none() -> None:
    notes = made(summarisers.lossy(1.0, kept_with_figures=0.0))

    assert notes["key_facts"] == [{"name": "city", "value": "Ghent", "sources": [0]}]
    assert notes["conversation_summary"] == "My city is Ghent. We decided to wait."


def test_sentences_of_prose_are_lost_alike() -> None:
    prose = "My city is Ghent. My order is 17."

    assert summarisers.thinned(prose, kept=1.0, kept_with_figures=0.0) == "My city is Ghent."


def _names(count: int) -> list[str]:
    letters = "abcdefghij"
    return ["".join(letters[int(digit)] for digit in str(n)) + "x" for n in range(count)]
