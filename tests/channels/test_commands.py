"""What counts as a command, and what is plain talk."""

import pytest

from channels.commands import NAMES, PERSONAL, bare, known, written
from context.messages import Command


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/help", "help", ""),
        ("  /Help  ", "help", ""),
        ("/notices off", "notices", "off"),
        ("/project  Apollo 11 ", "project", "Apollo 11"),
        ("/handof", "handof", ""),
        ("/compact\nkeep the order numbers", "compact", "keep the order numbers"),
    ],
)
def test_a_marked_word_is_a_command(text: str, name: str, argument: str) -> None:
    assert written(text, mark="/") == Command(name=name, argument=argument)


@pytest.mark.parametrize("text", ["", "help", "/", "//", "/ help", "/etc/hosts", "see /help"])
def test_other_slashes_are_talk(text: str) -> None:
    assert written(text, mark="/") is None


@pytest.mark.parametrize("text", [".5 litres", ".NET or Java?", "...", ".env", "help"])
def test_a_dot_before_no_known_name_is_talk(text: str) -> None:
    assert known(text, mark=".") is None


def test_a_dot_before_a_known_name_is_a_command() -> None:
    assert known(".forget my address", mark=".") == Command(
        name="forget", argument="my address"
    )


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_name_alone_is_a_command_to_whom_it_is_said(name: str) -> None:
    assert bare(f" {name.title()} ") == Command(name=name)


@pytest.mark.parametrize("text", ["Notices OFF", "handoff undo"])
def test_a_name_with_its_own_argument_is_a_command(text: str) -> None:
    name, argument = text.lower().split()

    assert bare(text) == Command(name=name, argument=argument)


@pytest.mark.parametrize(
    "text", ["", "new idea: a boat", "stop doing that", "help me", "notices loud", "help!"]
)
def test_a_sentence_that_begins_like_a_command_is_talk(text: str) -> None:
    assert bare(text) is None


def test_every_personal_command_is_a_command() -> None:
    assert PERSONAL < NAMES
