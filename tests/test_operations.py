"""Alerts and the board name what there is, and the runbook knows every alert."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import regex
import yaml  # type: ignore[import-untyped]  # ships no types
from prometheus_client.parser import text_string_to_metric_families

from bot.limits import Limits
from bot.metrics import metrics_of
from storage.database import Database
from tests.builders import NOON
from tests.configuration import ROOT
from tests.storage.rows import a_call_row, a_handoff_row, a_met_person, an_inbox_row, keep

OPERATIONS = ROOT / "docs" / "operations"
_METRIC = regex.compile(r"\b(baton_\w+)(?:\{([^}]*)\})?")
_EQUALS = regex.compile(r'(\w+)="([^"]*)"')
_HISTOGRAM = ("_bucket", "_count", "_sum")

# Labels whose values come from platforms and clocks, so that none is there beforehand.
_OPEN_LABELS = {"quantile", "status"}


def rules() -> list[dict[str, Any]]:
    written = yaml.safe_load((OPERATIONS / "alerts.yml").read_text("utf-8"))
    return [rule for group in written["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    board = json.loads((OPERATIONS / "grafana.json").read_text("utf-8"))
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


async def exposed(database: Database) -> Mapping[str, set[tuple[str, str]]]:
    """Every metric's name → the labels that it has, once something of everything happened."""
    await keep(database, *a_met_person(), an_inbox_row(), a_call_row(1), a_handoff_row())
    metrics = metrics_of(database, Limits(tokens=200_000))
    metrics.webhook("slack", status=200, seconds=0.004)
    metrics.accepted("slack", new=1, redelivered=1)
    found: dict[str, set[tuple[str, str]]] = {}
    for family in text_string_to_metric_families((await metrics.text(now=NOON)).decode()):
        found.setdefault(family.name, set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels.items())
    return found


async def test_every_metric_of_alerts_and_board_is_exposed(database: Database) -> None:
    there = await exposed(database)

    missing = {
        (where, name)
        for where, expression in expressions()
        for name, _ in _METRIC.findall(expression)
        if name not in there
    }

    assert missing == set()


async def test_every_label_that_alerts_and_board_ask_for_occurs(database: Database) -> None:
    there = await exposed(database)

    missing = {
        (where, name, label, value)
        for where, expression in expressions()
        for name, matchers in _METRIC.findall(expression)
        for label, value in _EQUALS.findall(matchers)
        if label not in _OPEN_LABELS and (label, value) not in there[name]
    }

    assert missing == set()


async def test_what_is_exposed_is_on_the_board(database: Database) -> None:
    there = {name for name in await exposed(database) if name.startswith("baton_")}
    shown = {
        name
        for panel in panels()
        for target in panel["targets"]
        for name, _ in _METRIC.findall(target["expr"])
    }

    histograms = {name for name in there if f"{name}_bucket" in there}
    unseen = {
        name
        for name in there - shown - histograms
        if not name.endswith(("_created", *_HISTOGRAM)) and f"{name}_total" not in shown
    }
    assert unseen == set()


def test_every_alert_has_its_heading_in_the_runbook_and_no_other() -> None:
    headings = regex.findall(
        r"^### (Baton\w+)$", (OPERATIONS / "runbook.md").read_text("utf-8"), regex.MULTILINE
    )

    assert headings == [rule["alert"] for rule in rules()]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_a_rule_is_whole(rule: dict[str, Any]) -> None:
    assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"page", "warn"}
    assert rule["annotations"]["summary"].endswith(".")
    assert all(
        rule["expr"].count(one) == rule["expr"].count(two) for one, two in ("()", "{}", "[]")
    )


def test_an_alert_says_what_it_means_where_to_look_and_what_to_do() -> None:
    page = (OPERATIONS / "runbook.md").read_text("utf-8")
    sections = regex.split(r"^### ", page, flags=regex.MULTILINE)[1:]

    assert all("**Look**" in section and "**Do**" in section for section in sections)


def test_no_two_panels_stand_in_the_same_place() -> None:
    board = json.loads((OPERATIONS / "grafana.json").read_text("utf-8"))
    cells = [
        (place["x"] + across, place["y"] + down)
        for panel in board["panels"]
        for place in [panel["gridPos"]]
        for across in range(place["w"])
        for down in range(place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
