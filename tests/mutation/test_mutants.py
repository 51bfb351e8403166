import ast

import pytest

from tests.mutation.mutants import mutants


def changes(source: str) -> list[str]:
    """What the mutants of a source say instead, the lines joined."""
    return [ast.unparse(mutant.tree).replace("\n    ", " ") for mutant in mutants(source)]


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("a < b", ["a <= b", "a >= b"]),
        ("a <= b", ["a < b", "a > b"]),
        ("a > b", ["a >= b", "a <= b"]),
        ("a >= b", ["a > b", "a < b"]),
        ("a == b", ["a != b"]),
        ("a != b", ["a == b"]),
        ("a is None", ["a is not None"]),
        ("a is not None", ["a is None"]),
        ("a in b", ["a not in b"]),
        ("a not in b", ["a in b"]),
        ("a and b", ["a or b"]),
        ("a or b", ["a and b"]),
        ("not a", ["a"]),
        ("-a", ["a"]),
        ("a + b", ["a - b"]),
        ("a * b", ["a / b"]),
        ("a // b", ["a * b"]),
        ("a % b", ["a * b"]),
        ("a | b", ["a & b"]),
        ("7", ["8"]),
        ("0.5", ["1.5"]),
        ("True", ["False"]),
        ("a += b", ["a -= b"]),
        ("a(b)", ["pass"]),
        ("a = min(b)", ["a = max(b)"]),
        ("a = any(b)", ["a = all(b)"]),
        ("a = b if c else d", ["a = b if not c else d"]),
        ("a = [b for b in c if b]", ["a = [b for b in c]"]),
        ("if a: b", ["if not a: b"]),
        ("def a(): return b", ["def a(): return None"]),
        ("for a in b: continue", ["for a in b: break"]),
        ("for a in b: break", ["for a in b: continue"]),
    ],
)
def test_each_fault_is_put_in_once(source: str, changed: list[str]) -> None:
    assert changes(source) == changed


@pytest.mark.parametrize(
    "source",
    [
        '"""Says 7."""',
        "a = 'text'",
        "a: Literal[1]",
        "def a(b: Literal[1]) -> Literal[2]: return None",
        "@frozen(True)\nclass A(B[1]): pass",
        "match a:\n    case never:\n        assert_never(never)",
        "a = None",
        "return_ = a",
    ],
)
def test_what_no_test_would_notice_stays(source: str) -> None:
    assert changes(source) == []


def test_there_is_one_fault_at_a_time_from_the_first_line_to_the_last() -> None:
    found = list(mutants("a = 1\nb = [c for c in a if c]\nd = -2\n"))

    assert [(mutant.line, mutant.change) for mutant in found] == [
        (1, "1 -> 2"),
        (2, "for c … c -> for c … "),
        (3, "-2 -> 2"),
        (3, "2 -> 3"),
    ]
    assert ast.unparse(found[3].tree) == "a = 1\nb = [c for c in a if c]\nd = -3"
    compile(found[1].tree, "made up", "exec")  # a fault that Python takes
