"""Runs a module's tests against its mutants and says which of them nobody noticed.

`python -m tests.mutation context.policy tests/context/test_policy.py` prints what survived and
the share that was noticed. Each mutant lives in a forked process of its own, in memory only: no
file is changed. A mutant that runs into the time limit counts as noticed. Slow tests run only
where no other noticed anything.
"""

import argparse
import importlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Literal

from hypothesis import settings
from typing_extensions import override

from tests.mutation.mutants import Mutant, mutants

_OURS = frozenset({"bot", "channels", "context", "storage", "tests", "__main__"})
_LEAST_SECONDS = 5.0
_TIMES_LONGER = 4

Outcome = Literal["noticed", "too long", "survived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A module, and pytest's arguments for the tests that are to notice its faults."""

    module: str
    path: Path
    arguments: tuple[str, ...]


def main() -> int:
    """Read the command line; 0 where enough mutants were noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("module", help="the module to put faults into, e.g. context.policy")
    parser.add_argument("tests", nargs="+", help="its tests, as pytest takes them")
    parser.add_argument("--least", type=float, default=90.0, help="percent to be noticed")
    parser.add_argument("--fixtures", action="store_true", help="load tests/conftest.py")
    given = parser.parse_args()
    spec = find_spec(given.module)
    if spec is None or spec.origin is None:
        parser.error(f"there is no module {given.module}")
    alone = () if given.fixtures else ("--noconftest",)
    target = Target(
        module=given.module, path=Path(spec.origin), arguments=(*alone, *given.tests)
    )
    share = 100 * _noticed(target)
    return 0 if share >= given.least else 1


def _noticed(target: Target) -> float:
    """Try every mutant, report, and give the share that was noticed."""
    source = target.path.read_text(encoding="utf-8")
    seconds = _unharmed(target, source)
    found = list(mutants(source))
    survivors = 0
    for number, mutant in enumerate(found, start=1):
        outcome = _outcome(target, mutant, seconds=seconds)
        if outcome == "survived":
            survivors += 1
            _say(f"survived {target.path.name}:{mutant.line}: {mutant.change}")
        elif number % 50 == 0:
            _say(f"{number} of {len(found)}")
    share = 1 - survivors / len(found) if found else 1.0
    _say(f"{target.module}: {len(found) - survivors} of {len(found)} noticed ({share:.1%})")
    return share


def _unharmed(target: Target, source: str) -> float:
    """Run the tests as they are, and say how long a mutant may take."""
    names_out, names_in = os.pipe()
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(names_out)
        code = _tested(target, compile(source, target.path, "exec"))
        with os.fdopen(names_in, "w") as pipe:
            pipe.write("\n".join(sys.modules))
        os._exit(code)
    os.close(names_in)
    with os.fdopen(names_out) as pipe:
        names = pipe.read().split("\n")
    if os.waitpid(child, 0)[1]:
        sys.exit("the tests fail without any fault")
    seconds = time.monotonic() - begun
    # Loaded once here, they need not be in every process.
    for name in names:
        if name.partition(".")[0] not in _OURS:
            with suppress(ImportError):
                importlib.import_module(name)
    return max(_LEAST_SECONDS, _TIMES_LONGER * seconds)


def _outcome(target: Target, mutant: Mutant, *, seconds: float) -> Outcome:
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        os._exit(_tested(target, compile(mutant.tree, target.path, "exec")))
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return "too long"
    return "noticed" if os.waitstatus_to_exitcode(status) else "survived"


def _tested(target: Target, code: CodeType) -> int:
    """Run the tests with this code in the module's place, in silence."""
    sys.meta_path.insert(0, _Finder(target, code))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stdout.fileno())
    os.dup2(silence, sys.stderr.fileno())
    # Found examples are no use to the next mutant, and the same ones find the same faults.
    settings.register_profile("mutation", database=None, derandomize=True, deadline=None)
    import pytest  # noqa: PLC0415 - not before the fork: it remembers what it was run with

    quiet = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=mutation"]
    # What was loaded before the fork is not rewritten, and need not be.
    rewriting = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    ended: list[int] = []
    for which in ("not slow", "slow"):
        status = pytest.main([*quiet, *rewriting, "-m", which, *target.arguments])
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            return int(status)
        ended.append(int(status))
    return min(ended)


class _Finder(MetaPathFinder, Loader):
    """Loads one module from code in memory."""

    def __init__(self, target: Target, code: CodeType) -> None:
        self._target = target
        self._code = code

    @override
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname != self._target.module:
            return None
        return spec_from_loader(fullname, self, origin=str(self._target.path))

    @override
    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)  # noqa: S102 - our own module, with a fault in it


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
