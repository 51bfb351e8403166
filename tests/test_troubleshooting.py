"""Each remedy is shown by a test that is named beside it; that it exists, `test_docs.py` checks."""

from collections.abc import Iterator

import pytest
import regex

from tests.configuration import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
COMPLAINTS = (
    "The context seems truncated",
    "The budget is exceeded",
    "Compression does not trigger",
    "Compression is too eager",
)


def remedies() -> Iterator[tuple[str, str]]:
    """Every remedy with the complaint it is for: a point of a list, or a row of a table."""
    for section in regex.split(r"^## ", PAGE, flags=regex.MULTILINE)[1:]:
        complaint, _, text = section.partition("\n")
        for point in regex.findall(r"^- .*(?:\n  .*)*", text, regex.MULTILINE):
            yield complaint, point
        for row in regex.findall(r"^\| `.*\|$", text, regex.MULTILINE):
            yield complaint, row


def test_the_complaints_that_are_known_are_answered() -> None:
    answered = {complaint for complaint, _ in remedies()}

    assert answered >= set(COMPLAINTS)


@pytest.mark.parametrize(
    ("complaint", "remedy"), list(remedies()), ids=lambda text: str(text)[:40]
)
def test_a_remedy_is_shown_by_a_test(complaint: str, remedy: str) -> None:
    assert "::test_" in remedy, complaint
