from hypothesis import given
from hypothesis import strategies as st

from context.messages import UserId
from context.policy import Proceed, decide
from context.rollout import UNMANAGED, is_managed
from context.session import Level
from tests.builders import USER

users = st.text(max_size=40).map(UserId)
PEOPLE = [UserId(f"+1415555{number:04}") for number in range(2_000)]


@given(users)
def test_a_share_of_all_is_everybody_and_of_none_is_nobody(user: UserId) -> None:
    assert is_managed(user, enabled=True, rollout=100)
    assert not is_managed(user, enabled=True, rollout=0)


@given(users, st.integers(0, 100), st.integers(0, 100))
def test_whoever_is_in_at_a_share_is_in_at_every_larger_one(
    user: UserId, one: int, another: int
) -> None:
    less, more = sorted((one, another))

    in_early = is_managed(user, enabled=True, rollout=less)

    assert is_managed(user, enabled=True, rollout=more) >= in_early


def test_a_share_takes_about_that_many() -> None:
    for share in (1, 10, 50, 90):
        taken = sum(is_managed(user, enabled=True, rollout=share) for user in PEOPLE)
        assert abs(taken / len(PEOPLE) - share / 100) < 0.03


def test_a_user_is_in_from_the_same_share_on_every_host() -> None:
    """Another way of drawing would move people in and out at an upgrade."""
    first = {
        user: next(s for s in range(101) if is_managed(user, enabled=True, rollout=s))
        for user in (USER, UserId("+14155550100"), UserId(""))
    }

    assert first == {USER: 58, UserId("+14155550100"): 26, UserId(""): 89}


def test_a_list_takes_those_it_names() -> None:
    some = frozenset({USER, "+14155550100"})

    assert is_managed(USER, enabled=True, rollout=some)
    assert not is_managed(UserId("+14155550199"), enabled=True, rollout=some)
    assert not is_managed(USER, enabled=True, rollout=frozenset())


def test_a_user_id_that_is_no_text_is_drawn_all_the_same() -> None:
    assert is_managed(UserId("\ud83d"), enabled=True, rollout=100)


def test_switched_off_it_is_for_nobody() -> None:
    assert not is_managed(USER, enabled=False, rollout=100)
    assert not is_managed(USER, enabled=False, rollout=frozenset({USER}))


@given(st.integers(0, 1_000_000), st.integers(1, 1_000_000))
def test_nothing_happens_to_whoever_is_not_managed(occupied: int, limit: int) -> None:
    decision = decide(
        occupied_tokens=occupied, limit_tokens=limit, told=Level.NONE, thresholds=UNMANAGED
    )

    assert decision == Proceed(Level.NONE)
