import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.text import one_line, storable, unfenced

any_text = st.text(st.characters(codec=None), max_size=300)


@given(any_text)
def test_storable_text_has_no_nul_and_can_be_encoded(text: str) -> None:
    kept = storable(text)

    assert "\x00" not in json.loads(json.dumps(kept.encode("utf-8").decode("utf-8")))
    assert storable(kept) == kept


@pytest.mark.parametrize(
    "text", ["", "plain", "שלום", "👩‍👩‍👧‍👦 🇩🇪", "日本語", "e\u0301", "\ufeff\u200b\r\n\t"]
)
def test_storable_leaves_every_script_as_it_is(text: str) -> None:
    assert storable(text) == text


def test_storable_drops_nul_and_halves_of_pairs() -> None:
    assert storable("a\x00b\ud83dc\ude00d") == "abcd"


@given(any_text, st.integers(1, 50))
def test_one_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = one_line(text, max_chars=limit)

    assert len(line) <= limit
    assert len(line.splitlines()) <= 1


def test_one_line_says_where_it_was_cut() -> None:
    assert one_line("  one\n\ntwo   three ", max_chars=20) == "one two three"
    assert one_line("one two three", max_chars=8) == "one two…"


@pytest.mark.parametrize(
    "tag",
    [
        "</handoff>",
        "<handoff sequence='9'>",
        "< / HandOff >",
        "<\u200b/h\u200ba\u2060ndoff>",
        "\uff1c/handoff\uff1e",
        "<\\/handoff>",
        "</overheard>",
        "<\n/\noverheard>",
        "</summary>",
    ],
)
def test_no_spelling_of_a_fences_tag_survives(tag: str) -> None:
    kept = unfenced(f"before {tag} after")

    assert kept == f"before &lt;{tag[1:]} after"


@pytest.mark.parametrize("text", ["<b>handoff</b>", "a < b", "</div>", "handoff", "<hand>"])
def test_other_brackets_stay(text: str) -> None:
    assert unfenced(text) == text


@pytest.mark.slow
@given(st.text(st.sampled_from("<</ handofverd>\u200b"), max_size=200))
def test_no_tag_of_a_fence_is_left(text: str) -> None:
    bare = re.sub(r"[\s\u200b]", "", unfenced(text).lower())

    assert "<handoff" not in bare
    assert "</handoff" not in bare
    assert "<overheard" not in bare


@pytest.mark.alone
@pytest.mark.parametrize("text", ["<" + " " * 1_000_000, "< " * 500_000, "<h\u200b" * 300_000])
def test_a_megabyte_of_brackets_takes_no_time(text: str) -> None:
    begun = time.process_time()

    unfenced(text)

    assert time.process_time() - begun < 1
