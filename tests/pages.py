"""What README and the pages in `docs/` refer to, and what of it is not there.

A page may name files, tests, links, variables, webhooks, metrics, events of the log, `make`
targets and `bot` commands. Each must exist, so that no page stays behind the code unnoticed.
"""

import ast
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

import regex
from typer.main import get_group

from bot.cli.program import app
from bot.settings import NOT_BUILT_YET
from channels.registry import KINDS
from tests.configuration import ROOT, variables

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))

# Read by the tests, not by the service.
_OTHER_VARIABLES = frozenset({"TEST_DATABASE_URL"})

_PYTHON = regex.compile(r"^```python.*?^```$", regex.MULTILINE | regex.DOTALL)
_TITLE = regex.compile(r'^```python title="([^"]+)"', regex.MULTILINE)
_FENCED = regex.compile(r"^```.*?^```$", regex.MULTILINE | regex.DOTALL)
_INLINE = regex.compile(r"`([^`\n]+)`")
_HEADING = regex.compile(r"^#{1,6} (.+)$", regex.MULTILINE)
_LINK = regex.compile(r"\]\(([^()\s]+)\)")
_TEST = regex.compile(r"(tests/[\w/]+\.py)::(?:\w+::)*(\w+)")
_PATH = regex.compile(r"(?:[\w.-]+/)*[\w-][\w.-]*(?:\.(?:html|mako|md|png|py|toml|txt)|/)")
_VARIABLE = regex.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_WEBHOOK = regex.compile(r"/webhooks/[a-z/]*[a-z]")
_METRIC = regex.compile(r"\bbaton_[a-z_]+\b")
_EVENT = regex.compile(r"[a-z]+\.[a-z]+_?[a-z]+")
_TARGET = regex.compile(r"\bmake ([a-z][a-z-]*)")

_COMMAND = regex.compile(r"\bbot ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")


def faults(text: str, *, folder: Path = ROOT) -> list[str]:
    """Name everything that a page refers to and that is not there.

    Args:
        text: The page.
        folder: Where it lies; its links start there.
    """
    # What a page builds itself (the page on adding a channel) need not be there.
    shown = _PYTHON.sub("", text)
    own = "".join(_PYTHON.findall(text))
    spans = _INLINE.findall(_FENCED.sub("", shown))
    code = "\n".join([*spans, *_FENCED.findall(shown)])
    paths = {span for span in spans if _PATH.fullmatch(span)}
    events = {span for span in spans if _EVENT.fullmatch(span)} - paths
    return [
        *_bad_links(text, folder=folder),
        *(f"no test {name}" for name in _missing_tests(code)),
        *_missing("file", (path for path in sorted(paths) if not _is_there(path)), own=own),
        *_missing("variable", _unknown(_VARIABLE, code, known=_variables()), own=own),
        *_missing("webhook", _unknown(_WEBHOOK, code, known=_webhooks()), own=own),
        *_missing("metric", _unknown(_METRIC, code, known=_metrics()), own=own),
        *_missing("event", sorted(events - _events()), own=own),
        *_missing("target", _unknown(_TARGET, code, known=_targets()), own=own),
        *(f"no command bot {name}" for name in _missing_commands(code)),
    ]


def _is_there(path: str) -> bool:
    """Whether a file exists; a module's bare name may be in any package."""
    return (ROOT / path).exists() or path in _modules()


@cache
def _modules() -> frozenset[str]:
    packages = ("bot", "channels", "context", "storage", "tests")
    return frozenset(file.name for name in packages for file in (ROOT / name).rglob("*.py"))


def _unknown(
    pattern: regex.Pattern[str], code: str, *, known: Collection[str]
) -> Iterator[str]:
    return (name for name in pattern.findall(code) if name not in known)


def _missing(kind: str, names: Iterable[str], *, own: str) -> list[str]:
    return [f"no {kind} {name}" for name in names if name not in own]


def _bad_links(text: str, *, folder: Path) -> Iterator[str]:
    for target in _LINK.findall(_FENCED.sub("", text)):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        page = folder / path if path else None
        if page is not None and not page.exists():
            yield f"no file for the link {target}"
        elif anchor and anchor not in _anchors(page.read_text("utf-8") if page else text):
            yield f"no heading for the link {target}"


def _anchors(text: str) -> set[str]:
    """The headings of a page, as links name them."""
    headings = _HEADING.findall(_FENCED.sub("", text))
    return {
        regex.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings
    }


def _missing_tests(code: str) -> Iterator[str]:
    for file, name in _TEST.findall(code):
        if not (ROOT / file).exists() or name not in _functions(ROOT / file):
            yield f"{file}::{name}"


def _missing_commands(code: str) -> Iterator[str]:
    commands = get_group(app).commands
    for name, below in _COMMAND.findall(code):
        found = commands.get(name)
        inner = getattr(found, "commands", {})
        if found is None or (inner and below and below not in inner):
            yield f"{name} {below}".strip()


@cache
def _functions(file: Path) -> frozenset[str]:
    """Every function that a file defines."""
    tree = ast.parse(file.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


@cache
def _variables() -> frozenset[str]:
    read = (one.name for listed in variables().values() for one in listed)
    return frozenset({*read, *NOT_BUILT_YET, *_OTHER_VARIABLES})


@cache
def _webhooks() -> frozenset[str]:
    return frozenset(path for kind in KINDS for path in kind.webhooks)


@cache
def _metrics() -> frozenset[str]:
    """Every metric that the code names, with what Prometheus adds to counters and histograms."""
    files = (ROOT / "bot" / name for name in ("metrics.py", "metric_families.py"))
    names = [name for file in files for name in _METRIC.findall(file.read_text("utf-8"))]
    endings = ("", "_total", "_bucket", "_count", "_sum")
    return frozenset(name + ending for name in names for ending in endings)


@cache
def _events() -> frozenset[str]:
    """Everything that the code says in the log."""
    said = regex.compile(r'log\.\w+\(\s*"([a-z._]+)"')
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "channels").rglob("*.py")]
    return frozenset(name for file in files for name in said.findall(file.read_text("utf-8")))


@cache
def _targets() -> frozenset[str]:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    return frozenset(regex.findall(r"^([a-z-]+):", makefile, regex.MULTILINE))
