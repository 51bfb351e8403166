import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.pages import page_end


def pages(text: str, *, max_bytes: int, max_lines: int) -> list[str]:
    found, begin = [], 0
    while begin < len(text):
        end = page_end(text, begin, max_bytes=max_bytes, max_lines=max_lines)
        found.append(text[begin:end])
        assert end > begin
        begin = end
    return found


@given(
    text=st.text(alphabet=st.sampled_from("ab\nä😀\u2028"), max_size=80),
    max_bytes=st.integers(4, 40),
    max_lines=st.integers(1, 5),
)
def test_pages_are_within_bounds_and_joined_they_are_the_text(
    text: str, max_bytes: int, max_lines: int
) -> None:
    found = pages(text, max_bytes=max_bytes, max_lines=max_lines)

    assert "".join(found) == text
    assert all(len(page.encode()) <= max_bytes for page in found)
    assert all(page.removesuffix("\n").count("\n") < max_lines for page in found)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("one\ntwo\nthree", ["one\ntwo\n", "three"]),
        ("one\ntwo\nx\ny", ["one\ntwo\n", "x\ny"]),
        ("elevenelevenx", ["elevenelev", "enx"]),
        ("äääääää", ["äääää", "ää"]),
        ("exactlyten", ["exactlyten"]),
    ],
)
def test_a_page_ends_behind_its_last_whole_line(text: str, wanted: list[str]) -> None:
    assert pages(text, max_bytes=10, max_lines=2) == wanted
