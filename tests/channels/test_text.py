"""Cutting text: laws for any text, and what kindness means for some."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from channels.text import parts, utf16_units

FAMILY = "👨‍👩‍👧‍👦"  # One grapheme of 11 UTF-16 code units.
MARKS = ["`", "``", "```", "~~~", "````", "*", "- ", "> "]
GAPS = ["\n", "\n\n", " ", "    ", "\t", "\r\n", ". ", "。"]
SHOWN = ["x", "word", "a" * 30, FAMILY, "🇨🇭", "e\u0301", "\u0301", "\u200d"]
AWKWARD = st.sampled_from([*MARKS, *GAPS, *SHOWN])
ANY_TEXT = st.one_of(st.text(), st.lists(AWKWARD, max_size=60).map("".join))
FENCELESS = ANY_TEXT.filter(lambda text: not regex.search(r"`{3}|~{3}", text))
ANY_LIMIT = st.integers(min_value=2, max_value=200)


def graphemes(text: str) -> list[str]:
    """What a reader sees, without what only separates it."""
    return [shown for shown in regex.findall(r"\X", text) if not shown.isspace()]


def has_open_fence(text: str) -> bool:
    """Read the fences as CommonMark does, line by line."""
    mark = ""
    for line in text.split("\n"):
        if mark:
            run = line.strip(" \t")
            mark = "" if run and set(run) == {mark[0]} and len(run) >= len(mark) else mark
        elif opening := regex.match(r"[ \t]*(`{3,}(?=[^`]*$)|~{3,})", line):
            mark = opening[1]
    return bool(mark)


@pytest.mark.slow
@given(text=ANY_TEXT, limit=ANY_LIMIT)
def test_no_piece_is_over_the_limit_or_blank_or_leaves_a_fence_open(
    text: str, limit: int
) -> None:
    pieces = parts(text, limit_chars=limit)

    assert all(utf16_units(piece) <= limit for piece in pieces)
    assert all(piece.strip() for piece in pieces)
    assert not any(has_open_fence(piece) for piece in pieces)


@pytest.mark.slow
@given(text=FENCELESS, limit=st.integers(min_value=80, max_value=400))
def test_joining_the_pieces_gives_the_text_back_with_its_graphemes_whole(
    text: str, limit: int
) -> None:
    pieces = parts(text, limit_chars=limit)

    assert [shown for piece in pieces for shown in graphemes(piece)] == graphemes(text)


@pytest.mark.slow
@given(text=ANY_TEXT, limit=ANY_LIMIT)
def test_nothing_but_marks_of_fences_is_ever_lost(text: str, limit: int) -> None:
    pieces = parts(text, limit_chars=limit)

    said = iter("".join(pieces))
    assert all(char in said for char in text if not (char.isspace() or char in "`~"))


@pytest.mark.slow
@given(
    blocks=st.lists(
        st.tuples(
            st.sampled_from(["", "```", "```python", "~~~~ title"]),
            st.lists(
                st.sampled_from(["x = 1", "", "    y()", "a long line of code"]), min_size=1
            ),
        )
    ),
    limit=st.integers(min_value=48, max_value=200),
)
def test_code_stays_code_and_prose_stays_prose(
    blocks: list[tuple[str, list[str]]], limit: int
) -> None:
    text = "\n".join(
        "\n".join([opening, *lines, opening.split("python")[0].split(" ")[0]])
        for opening, lines in blocks
    )

    pieces = parts(text, limit_chars=limit)

    assert [line for piece in pieces for line in lines_and_fences(piece)] == [
        (line, opening) for opening, lines in blocks for line in lines if line
    ]


def lines_and_fences(piece: str) -> list[tuple[str, str]]:
    """Pair each line that says something with the opening line it stands under."""
    found = []
    opening = ""
    for line in piece.split("\n"):
        if line.startswith(("```", "~~~~")):
            opening = "" if opening else line
        elif line:
            found.append((line, opening))
    return found


@pytest.mark.slow
@given(text=FENCELESS.filter(str.strip))
def test_text_that_fits_stays_as_it_is(text: str) -> None:
    text = text.replace("\r\n", "\n").strip()

    assert parts(text, limit_chars=utf16_units(text)) == (text,)


def test_blank_text_has_no_pieces() -> None:
    assert parts("", limit_chars=10) == ()
    assert parts(" \n\t\r\n ", limit_chars=10) == ()


def test_a_paragraph_is_kinder_than_a_line_and_a_line_than_a_sentence() -> None:
    text = "One two. Three four.\n\nFive six.\nSeven. Eight nine ten."

    assert parts(text, limit_chars=40) == (
        "One two. Three four.",
        "Five six.\nSeven. Eight nine ten.",
    )
    assert parts("One two three.\nFour. Five six seven", limit_chars=22) == (
        "One two three.",
        "Four. Five six seven",
    )
    assert parts("One two three. Four five six", limit_chars=22) == (
        "One two three.",
        "Four five six",
    )


def test_a_word_is_cut_only_where_it_is_longer_than_a_piece() -> None:
    assert parts("see https://example.com/abc", limit_chars=25) == (
        "see",
        "https://example.com/abc",
    )
    assert parts("abcdefghij", limit_chars=4) == ("abcd", "efgh", "ij")


def test_a_number_with_its_stop_does_not_end_a_sentence() -> None:
    assert parts("The list begins: 1. apples", limit_chars=22) == (
        "The list begins: 1.",
        "apples",
    )
    assert parts("It begins here. Take 1. apples", limit_chars=24) == (
        "It begins here.",
        "Take 1. apples",
    )


def test_text_without_spaces_is_cut_after_its_full_stops() -> None:
    assert parts("今日は晴れです。明日は雨です。", limit_chars=12) == (
        "今日は晴れです。",
        "明日は雨です。",
    )


def test_length_counts_as_platforms_count() -> None:
    assert utf16_units("a€😀") == 4
    assert parts("😀😀😀", limit_chars=4) == ("😀😀", "😀")


def test_a_grapheme_moves_to_the_next_piece_as_a_whole() -> None:
    assert parts(f"ab{FAMILY}", limit_chars=12) == ("ab", FAMILY)


def test_a_grapheme_longer_than_a_piece_is_cut_between_its_code_points() -> None:
    assert "".join(parts(FAMILY, limit_chars=5)) == FAMILY
    assert parts("Z" + "\u0301" * 9, limit_chars=5) == ("Z" + "\u0301" * 4, "\u0301" * 5)


def test_a_cut_fence_is_closed_and_opened_again_with_its_info_string() -> None:
    text = "Look:\n\n```python\nprint(1)\n\nprint(2)\nprint(3)\nprint(4)\n```\nDone."

    assert parts(text, limit_chars=45) == (
        "Look:\n\n```python\nprint(1)\n\nprint(2)\n```",
        "```python\nprint(3)\nprint(4)\n```\nDone.",
    )


def test_a_fence_that_fills_a_piece_ends_with_it() -> None:
    code = "```\n" + "x" * 20 + "\n```"

    assert parts(f"{code}\nafterwards", limit_chars=utf16_units(code)) == (code, "afterwards")
    assert parts("```\n" + "x" * 20 + "\n``````", limit_chars=28) == (code,)


def test_a_fence_the_text_left_open_is_closed() -> None:
    assert parts("```\ncode", limit_chars=40) == ("```\ncode\n```",)
    assert parts("```\nab\ncd ef gh", limit_chars=16) == (
        "```\nab\n```",
        "```\ncd ef gh\n```",
    )


def test_a_longer_mark_is_closed_by_as_long_a_one() -> None:
    text = "````\n```\ninner\n```\n````"

    assert parts(text, limit_chars=100) == (text,)
    assert all(
        piece.startswith("````\n") and piece.endswith("\n````")
        for piece in parts(text, limit_chars=20)
    )


def test_an_info_string_that_would_fill_the_pieces_is_not_repeated() -> None:
    text = "```a-very-long-info-string\none\ntwo\nthree\nfour\n```"

    assert parts(text, limit_chars=40) == (
        "```a-very-long-info-string\none\ntwo\n```",
        "```\nthree\nfour\n```",
    )


def test_a_fence_without_room_for_code_gives_way() -> None:
    assert parts("```\nab\ncd\n```", limit_chars=6) == ("ab\ncd",)
    assert parts("``` say this\nab\n```", limit_chars=8) == ("say this", "ab")


def test_a_cut_makes_no_fence_that_was_none() -> None:
    assert parts("words before ```bar", limit_chars=15) == ("words", "before ```bar")
    assert parts("```" + "a" * 20 + "` b", limit_chars=12) == ("a" * 12, "a" * 8 + "` b")


def test_white_space_longer_than_a_piece_is_dropped() -> None:
    assert parts(" " * 20 + "word", limit_chars=5) == ("word",)
    assert parts("```\n" + " " * 50 + "x\n```", limit_chars=20) == ("x",)
