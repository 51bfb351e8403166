import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.guard import (
    MOST_HANDOFFS,
    SEED_SHARE,
    Go,
    Tripped,
    TripReason,
    Verdict,
    digest,
    guarded,
)

LIMIT = 200_000


def judged(
    *,
    seed_tokens: int = 20_000,
    limit_tokens: int = LIMIT,
    in_a_row: int = 0,
    earlier: str | None = "an earlier seed",
) -> Verdict:
    return guarded(
        seed_tokens=seed_tokens,
        limit_tokens=limit_tokens,
        handoffs_in_a_row=in_a_row,
        seed_digest="a seed",
        earlier_seed_digest=earlier,
    )


def test_a_usual_handoff_may_be_made() -> None:
    assert judged() == Go()
    assert judged(earlier=None) == Go()


def test_the_bounds_are_those_of_the_design() -> None:
    assert (SEED_SHARE, MOST_HANDOFFS) == (0.30, 5)


def test_the_reasons_are_words_for_logs_and_alerts() -> None:
    assert list(TripReason) == ["too_many_handoffs", "no_progress", "seed_too_large"]


def test_the_sixth_handoff_in_a_row_trips() -> None:
    assert judged(in_a_row=4) == Go()
    assert judged(in_a_row=5) == Tripped(TripReason.TOO_MANY_HANDOFFS)
    assert judged(in_a_row=6) == Tripped(TripReason.TOO_MANY_HANDOFFS)


def test_a_seed_of_three_tenths_of_the_limit_is_the_largest() -> None:
    assert judged(seed_tokens=60_000) == Go()
    assert judged(seed_tokens=60_001) == Tripped(TripReason.SEED_TOO_LARGE)


def test_beginning_again_from_the_same_seed_is_no_progress() -> None:
    assert judged(earlier="a seed") == Tripped(TripReason.NO_PROGRESS)


def test_what_cannot_be_mended_by_trimming_is_named_first() -> None:
    worst = judged(in_a_row=5, earlier="a seed", seed_tokens=LIMIT)
    bad = judged(earlier="a seed", seed_tokens=LIMIT)

    assert worst == Tripped(TripReason.TOO_MANY_HANDOFFS)
    assert bad == Tripped(TripReason.NO_PROGRESS)


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, LIMIT), st.sampled_from("abc")), max_size=40
    )
)
def test_no_more_than_five_handoffs_follow_each_other(
    handoffs: list[tuple[bool, int, str]],
) -> None:
    """Whatever seeds come up; the bool says whether the person spoke before the handoff."""
    in_a_row, made, earlier = 0, 0, None
    for spoke, seed_tokens, seed in handoffs:
        if spoke:
            in_a_row, made = 0, 0
        verdict = guarded(
            seed_tokens=seed_tokens,
            limit_tokens=LIMIT,
            handoffs_in_a_row=in_a_row,
            seed_digest=seed,
            earlier_seed_digest=earlier,
        )
        if verdict == Go():
            assert seed != earlier
            assert seed_tokens <= SEED_SHARE * LIMIT
            in_a_row, made, earlier = in_a_row + 1, made + 1, seed
        assert made <= MOST_HANDOFFS


def test_a_digest_tells_seeds_apart() -> None:
    assert digest("a", "b") == digest("a", "b")
    assert len({digest(), digest(""), digest("ab"), digest("a", "b"), digest("b", "a")}) == 5
    assert len(digest("\ud83d")) == 64
    assert int(digest("a"), 16) > 0


def test_texts_that_run_together_differently_are_different_seeds() -> None:
    assert digest("a" + "\x00" * 7 + "\x01b") != digest("a", "b")
    assert digest("ab", "c") != digest("a", "bc")
