"""What holds of all our code, file by file."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.configuration import ROOT

PACKAGES = ("bot", "channels", "context", "storage")


def compiled_at_each_call(source: str) -> Iterator[int]:
    """The lines on which a function compiles a pattern that is always the same."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                match node:
                    case ast.Call(
                        func=ast.Attribute(attr="compile"), args=[ast.Constant(), *_]
                    ):
                        yield node.lineno
                    case _:
                        pass


@pytest.mark.parametrize("package", PACKAGES)
def test_no_pattern_is_compiled_again_at_each_call(package: str) -> None:
    found = [
        (str(file.relative_to(ROOT)), line)
        for file in sorted(Path(ROOT / package).rglob("*.py"))
        for line in compiled_at_each_call(file.read_text("utf-8"))
    ]

    assert found == []


def test_a_pattern_that_is_compiled_at_each_call_is_found() -> None:
    source = "import re\nP = re.compile('a')\ndef f(b):\n    re.compile(b)\n    return re.compile('a')"

    assert list(compiled_at_each_call(source)) == [5]
