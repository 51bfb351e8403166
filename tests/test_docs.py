"""The pages are as true as the code: nothing they name is missing, nothing is left out."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import regex

from bot.settings import Settings
from tests.configuration import EXAMPLE, README, ROOT, example, variables, with_table
from tests.pages import PAGES, faults

DECISIONS = ROOT / "docs" / "decisions.md"
FEATURES = ROOT / "docs" / "features.md"
ROWS = {"A": 10, "B": 6, "C": 2, "D": 8, "E": 8, "F": 5}
NOT_YET = "not yet"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_everything_a_page_names_is_there(page: Path) -> None:
    assert faults(page.read_text("utf-8"), folder=page.parent) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[here](gone.md)", "no file for the link gone.md"),
        ("![a picture](gone.png)", "no file for the link gone.png"),
        ("[below](#nowhere)\n\n# Somewhere", "no heading for the link #nowhere"),
        ("[there](README.md#nowhere)", "no heading for the link README.md#nowhere"),
        ("`tests/test_docs.py::test_gone`", "no test tests/test_docs.py::test_gone"),
        ("`tests/test_gone.py::test_it`", "no test tests/test_gone.py::test_it"),
        ("`bot/gone.py`", "no file bot/gone.py"),
        ("`gone/`", "no file gone/"),
        ("Set `WORKER_GONE=1`.", "no variable WORKER_GONE"),
        ("```sh\nWORKER_GONE=1 bot worker\n```", "no variable WORKER_GONE"),
        ("`/webhooks/gone`", "no webhook /webhooks/gone"),
        ("`baton_gone`", "no metric baton_gone"),
        ("`turn.gone`", "no event turn.gone"),
        ("`make gone`", "no target gone"),
        ("`bot gone`", "no command bot gone"),
        ("`bot handoffs gone`", "no command bot handoffs gone"),
    ],
)
def test_what_is_not_there_is_named(text: str, fault: str) -> None:
    assert faults(text) == [fault]


@pytest.mark.parametrize(
    "text",
    [
        "[here](README.md) and [there](docs/architecture.md), [below](#a-heading)\n\n# A heading",
        "[elsewhere](https://example.com/gone.md)",
        "`tests/test_docs.py::test_what_is_there_is_no_fault` in `tests/`",
        "`TestX` is in `tests/test_docs.py`, as is `a/b`",
        "```sh\nmake run  # with `PUBLIC_URL`\n```",
        "`/webhooks/slack/events` counts in `baton_webhook_seconds_count`",
        "`turn.committed` is logged",
        "`bot web`, `bot handoffs list`, `bot slack-manifest --help`",
        '```python title="bot/new.py"\nNEW_NAME = 1\n```\n\n`bot/new.py` has `NEW_NAME`',
    ],
)
def test_what_is_there_is_no_fault(text: str) -> None:
    assert faults(text) == []


def test_readme_shows_the_configuration_of_today() -> None:
    shown = README.read_text("utf-8")

    assert shown == with_table(shown), "`make format` writes it anew"


def test_the_example_of_a_dot_env_is_the_configuration_of_today() -> None:
    assert EXAMPLE.read_text("utf-8") == example(), "`make format` writes it anew"


def test_every_default_that_is_shown_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in variables()["Everything"]:
        monkeypatch.delenv(variable.name, raising=False)
    dot_env = tmp_path / ".env"
    dot_env.write_text(regex.sub(r"(?m)^# (?=[A-Z_]+=)", "", example()), "utf-8")

    settings = Settings(_env_file=dot_env)

    assert settings == Settings(_env_file=None)
    assert "\nPORT=8000\n" in dot_env.read_text("utf-8")


@pytest.mark.parametrize(
    "name",
    [one.name for one in variables()["Everything"] if "`off`" in one.meaning],
)
def test_a_variable_that_may_be_off_takes_off(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "off")

    settings = Settings(_env_file=None)

    assert getattr(settings, name.lower()) in {None, "off"}


def test_every_variable_says_what_it_means() -> None:
    assert [
        one.name for listed in variables().values() for one in listed if len(one.meaning) < 10
    ] == []


def test_every_row_of_the_features_is_there_once() -> None:
    assert [row[0] for row in feature_rows()] == [
        f"{part}{number}" for part, count in ROWS.items() for number in range(1, count + 1)
    ]


def test_a_feature_names_its_module_and_its_test_or_says_not_yet() -> None:
    for row, _, today, modules, tests in feature_rows():
        is_there = not today.startswith(NOT_YET)
        assert ("`" in modules) == is_there, row
        assert ("::test_" in tests) == is_there, row


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {name for one in wanted for name in regex.findall(r"^[\w-]+", one)}
    reasons = regex.findall(r"\*\*([^*]+)\*\*", DECISIONS.read_text("utf-8"))

    assert names - {name for listed in reasons for name in listed.split(", ")} == set()


def feature_rows() -> Iterator[list[str]]:
    """The rows of all tables on the page: id, what, today, modules, tests."""
    for line in FEATURES.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if regex.fullmatch(r"[A-F]\d+", cells[0]):
            yield cells
