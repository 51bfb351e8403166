"""The `bot` command without an installation, as a platform with a Procfile starts it."""

import runpy
import shlex
from pathlib import Path

import pytest

PROCFILE = Path(__file__).parents[2] / "Procfile"


@pytest.mark.parametrize("line", PROCFILE.read_text("utf-8").splitlines())
def test_every_line_of_the_procfile_is_a_command(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    python, module_option, module, *arguments = shlex.split(line.partition(": ")[2])
    monkeypatch.setattr("sys.argv", [module, *arguments, "--help"])

    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__")

    assert (python, module_option, ended.value.code) == ("python", "-m", 0)
    assert f"Usage: bot {arguments[0]}" in capsys.readouterr().out


def test_importing_it_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_module("bot", run_name="bot.__main__")

    assert capsys.readouterr().out == ""
