import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.truncation import SMALLEST_BYTES, SMALLEST_LINES, clipped

MARK, MARK_END = "[… ", " left out …]"

lined_text = st.text(st.sampled_from("ab \n\n\r\u2028é漢😀\ud800"), max_size=1_200)


def lines(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n"))


@given(lined_text, st.integers(SMALLEST_BYTES, 400), st.integers(SMALLEST_LINES, 12))
def test_the_result_is_within_both_limits_and_stays_as_it_is(
    text: str, max_bytes: int, max_lines: int
) -> None:
    kept = clipped(text, max_bytes=max_bytes, max_lines=max_lines)

    assert len(kept.encode("utf-8", "surrogatepass")) <= max_bytes
    assert lines(kept) <= max_lines
    assert clipped(kept, max_bytes=max_bytes, max_lines=max_lines) == kept


@given(lined_text, st.integers(SMALLEST_BYTES, 400), st.integers(SMALLEST_LINES, 12))
def test_head_and_tail_are_those_of_the_text(text: str, max_bytes: int, max_lines: int) -> None:
    kept = clipped(text, max_bytes=max_bytes, max_lines=max_lines)

    if kept != text:
        head, _, rest = kept.partition(f"\n{MARK}")
        tail = rest.partition(f"{MARK_END}\n")[2]
        assert text.startswith(head)
        assert text.endswith(tail)
        assert len(head) + len(tail) < len(text)


@pytest.mark.parametrize("text", ["", "\n", "short", "a\n" * 256, "x" * 10_240])
def test_what_fits_is_left_alone(text: str) -> None:
    assert clipped(text, max_bytes=10_240, max_lines=256) == text


def test_whole_lines_are_kept_and_what_is_left_out_is_counted() -> None:
    text = "".join(f"line {number}\n" for number in range(1_000))

    kept = clipped(text, max_bytes=10_240, max_lines=7).splitlines()

    assert kept == [
        "line 0",
        "line 1",
        "line 2",
        "[… 8,842 bytes in 994 lines left out …]",
        "line 997",
        "line 998",
        "line 999",
    ]


def test_by_bytes_too_lines_stay_whole() -> None:
    text = "".join(f"{number:>49}\n" for number in range(100))

    kept = clipped(text, max_bytes=400, max_lines=256).splitlines()

    assert [line.strip() for line in kept if MARK not in line] == [
        "0",
        "1",
        "2",
        "97",
        "98",
        "99",
    ]


def test_a_line_longer_than_half_the_room_is_cut_between_code_points() -> None:
    kept = clipped("é漢😀" * 1_000, max_bytes=400, max_lines=256)

    head, mark, tail = kept.split("\n")
    assert head.startswith("é漢😀")
    assert "in 1 line left out" in mark
    assert tail.endswith("é漢😀")
    assert len(kept.encode()) > 380


def test_a_long_line_between_short_ones_fills_both_halves() -> None:
    kept = clipped("first\n" + "x" * 5_000 + "\nlast\n", max_bytes=400, max_lines=256)

    assert kept.startswith("first\nxxx")
    assert kept.endswith("xxx\nlast\n")
    assert len(kept) > 380


@given(lined_text, st.integers(SMALLEST_BYTES, 400), st.text("tä", max_size=80))
def test_the_marker_names_where_all_of_it_is_kept(
    text: str, max_bytes: int, kept_as: str
) -> None:
    kept = clipped(text, max_bytes=max_bytes, max_lines=12, kept_as=kept_as)

    is_named = 0 < len(kept_as.encode()) <= 64
    assert len(kept.encode("utf-8", "surrogatepass")) <= max_bytes
    assert kept == text or (f" left out, id {kept_as} …]" in kept) is is_named


@pytest.mark.parametrize(("max_bytes", "max_lines"), [(SMALLEST_BYTES - 1, 3), (160, 2)])
def test_limits_without_room_are_refused(max_bytes: int, max_lines: int) -> None:
    with pytest.raises(ValueError, match="no room"):
        clipped("text", max_bytes=max_bytes, max_lines=max_lines)


@pytest.mark.alone
@pytest.mark.parametrize("text", ["x" * 2**20, "\n" * 2**20, "ab\n" * 350_000, "😀" * 2**18])
def test_a_mebibyte_takes_milliseconds(text: str) -> None:
    fastest = min(timed(text) for _ in range(5))

    # 5 ms is the aim; twice that leaves room for a busy machine.
    assert fastest < 0.010


def timed(text: str) -> float:
    begun = time.process_time()
    clipped(text, max_bytes=10_240, max_lines=256)
    return time.process_time() - begun
