"""The page on adding a channel is right: its pieces, put where it says, keep the contract."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import regex

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "adding-a-channel.md"
CHANNEL = "channels/telegram.py"
TESTS = "tests/channels/test_telegram.py"
REGISTRY = "channels/registry.py"

# The page is allowed a minute, and needs about three seconds.
_PATIENCE_S = 60


def pieces() -> dict[str, str]:
    """The page's code, by the file it belongs to."""
    blocks = regex.findall(
        r'^```python title="([^"]+)"\n(.*?)^```$',
        PAGE.read_text("utf-8"),
        regex.MULTILINE | regex.DOTALL,
    )
    return dict(blocks)


def with_the_line(registry: str, line: str) -> str:
    """The registry with one line more, and the import that it needs."""
    module = line.strip().partition(".")[0]
    imported = registry.replace("\nfrom ", f"\nfrom channels import {module}\nfrom ", 1)
    return imported.replace("= (", f"= (\n{line}", 1)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project, for somebody to add a channel to."""
    for package in ("bot", "channels", "context", "storage", "tests"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def added(checkout: Path, files: Mapping[str, str]) -> None:
    """Do what the page says."""
    for name in (CHANNEL, TESTS):
        (checkout / name).write_text(files[name], "utf-8")
    registry = checkout / REGISTRY
    registry.write_text(with_the_line(registry.read_text("utf-8"), files[REGISTRY]), "utf-8")


def run(checkout: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool there, as a developer would, without this run's own coverage."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COV", "PYTEST", "TELEGRAM"))
    }
    return subprocess.run(  # noqa: S603 - our own tools, on files we wrote
        [sys.executable, "-m", *command],
        cwd=checkout,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )


def contract(checkout: Path) -> subprocess.CompletedProcess[str]:
    return run(checkout, "pytest", TESTS, "-q", "-p", "no:cacheprovider")


@pytest.mark.slow
def test_the_channel_of_the_page_keeps_the_contract(checkout: Path) -> None:
    added(checkout, pieces())

    result = contract(checkout)

    assert result.returncode == 0, result.stdout + result.stderr
    passed = regex.search(r"(\d+) passed", result.stdout)
    assert passed is not None
    assert int(passed[1]) > 20


@pytest.mark.slow
def test_a_channel_that_breaks_promises_is_told_which(checkout: Path) -> None:
    broken = {
        "if not hmac.compare_digest": "if None is hmac.compare_digest",
        "return parts(markdown,": "return parts(markdown[:9000],",
        "None if patience is None else timedelta(seconds=patience)": "None",
    }
    files = pieces()
    for right, wrong in broken.items():
        assert right in files[CHANNEL]
        files[CHANNEL] = files[CHANNEL].replace(right, wrong)
    added(checkout, {**files, REGISTRY: "    slack.KIND,\n"})

    result = contract(checkout)

    assert result.returncode == 1, result.stdout + result.stderr
    for promise in (
        "test_a_forgery_is_refused",
        "test_a_long_answer_comes_in_parts_that_lose_no_word",
        "test_a_busy_platform_is_tried_again_when_it_says",
        "test_the_registry_knows_it",
    ):
        assert f"FAILED {TESTS}::TestTelegram::{promise}" in result.stdout


@pytest.mark.slow
def test_the_code_of_the_page_is_as_tidy_as_the_projects(checkout: Path) -> None:
    added(checkout, pieces())

    for check in (["check"], ["format", "--check"]):
        result = run(checkout, "ruff", *check, "--no-cache", CHANNEL, TESTS)
        assert result.returncode == 0, result.stdout + result.stderr
