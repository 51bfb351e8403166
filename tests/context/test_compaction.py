import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.compaction import (
    Obstacle,
    Plan,
    Skip,
    estimated_after,
    is_weak,
    plan,
    reduction,
    summarised,
)
from context.fact_patterns import FactKind
from context.facts import Fact, Origin, merged
from context.messages import MessageId
from context.prompt import Block, Item, Role, assembled
from context.shaping import Shaping
from context.summary import Summary, view
from context.trackers import facts as facts_of
from context.turns import whole_turns
from context.usage import estimated_block_tokens, estimated_tokens
from tests.builders import NOON, a_text, a_tool_result, a_tool_use, an_item
from tests.context.test_prompt import assert_accepted
from tests.conversations import a_long_conversation, transcripts

ROOMY = 100_000
# Of 10,000 tokens compaction begins at 8,000 and aims at 4,480; 672 of them are for words.
LIMIT = 10_000
TARGET = 4_480


# The sizes in this file are made for a target of 0.56.
shaped = partial(Shaping, compaction_target=0.56)
EASY = shaped(compaction_target=0.99)


def a_turn(number: int, tokens: int, *, first: int) -> tuple[Item, ...]:
    """A question and its answer that are estimated at so many tokens, at a byte a token."""
    half = tokens // 2
    return (
        an_item(first, "q" * (half - 9), role="user", turn=number),
        an_item(first + 1, "a" * (tokens - half - 9), role="assistant", turn=number),
    )


def a_talk(*sizes: int, first: int = 0) -> tuple[Item, ...]:
    """Turns of so many tokens each."""
    return tuple(
        item
        for number, tokens in enumerate(sizes)
        for item in a_turn(number, tokens, first=first + 2 * number)
    )


def a_talk_with_tools(
    *calls: str | None, size: int = 500, sizes: Mapping[int, int] | None = None
) -> tuple[Item, ...]:
    """Turns of four items each, with one tool call by name; of two items where there is none."""
    items: list[Item] = []
    for number, name in enumerate(calls):
        said: list[tuple[Role, str | Block]] = [("user", "please")]
        if name is not None:
            result = "r" * (sizes or {}).get(number, size)
            said.append(("assistant", a_tool_use(f"toolu_{number}", name)))
            said.append(("user", a_tool_result(f"toolu_{number}", result)))
        said.append(("assistant", "done"))
        for role, block in said:
            items.append(an_item(len(items), block, role=role, turn=number))
    return tuple(items)


def tokens(items: Sequence[Item], bytes_per_token: float = 1.0) -> int:
    return sum(
        estimated_block_tokens(item.blocks, bytes_per_token=bytes_per_token) for item in items
    )


def planned(
    items: Sequence[Item],
    *,
    summary: Summary | None = None,
    occupied_tokens: int | None = None,
    threshold: float | None = 0.8,
    limit_tokens: int = ROOMY,
    shaping: Shaping | None = None,
    facts: Sequence[Fact] = (),
    force: bool = False,
) -> Plan | Skip:
    """A plan for a window that holds nothing but its transcript, in which the newest turns fit."""
    held = tokens(view(items, summary)) if occupied_tokens is None else occupied_tokens
    return plan(
        items,
        summary=summary,
        occupied_tokens=held,
        limit_tokens=limit_tokens,
        threshold=threshold,
        shaping=shaping or shaped(),
        facts=facts,
        bytes_per_token=1.0,
        force=force,
    )


def a_plan(items: Sequence[Item], **given: object) -> Plan:
    made = planned(items, **given)  # type: ignore[arg-type]  # what planned takes
    assert isinstance(made, Plan)
    return made


def result_of(items: Sequence[Item], turn: int) -> int:
    """The position of a turn's tool result."""
    return next(
        item.position
        for item in items
        if item.turn_id == f"turn-{turn}" and item.blocks[0]["type"] == "tool_result"
    )


class TestWhatIsMerged:
    def test_the_first_turn_and_the_newest_six_stay(self) -> None:
        items = a_talk(*([800] * 10))

        made = a_plan(items)

        assert made.summary.covers_to == 7
        assert made.summary.kept == (0, 1)
        assert made.needs_notes

    @pytest.mark.parametrize(
        ("primer_turns", "recent_turns", "covers_to", "kept"),
        [
            (1, 6, 7, (0, 1)),
            (0, 6, 7, ()),
            (2, 6, 7, (0, 1, 2, 3)),
            (1, 8, 3, (0, 1)),
            (1, 2, 15, (0, 1)),
            (1, 1, 17, (0, 1)),
        ],
    )
    def test_as_many_turns_stay_as_the_operator_says(
        self,
        *,
        primer_turns: int,
        recent_turns: int,
        covers_to: int,
        kept: tuple[int, ...],
    ) -> None:
        shaping = shaped(primer_turns=primer_turns, recent_turns=recent_turns)

        made = a_plan(a_talk(*([300] * 10)), shaping=shaping)

        assert (made.summary.covers_to, made.summary.kept) == (covers_to, kept)

    @pytest.mark.parametrize(("newest", "covers_to"), [(600, 7), (602, 9)])
    def test_the_newest_turns_give_way_where_they_leave_no_room(
        self, newest: int, covers_to: int
    ) -> None:
        # The first and the newest six are 3,808 tokens: the target without the words' share.
        items = a_talk(208, 2_000, 2_000, 2_000, *([600] * 5), newest)

        assert a_plan(items, limit_tokens=LIMIT).summary.covers_to == covers_to

    def test_two_turns_stay_however_large_they_are(self) -> None:
        items = a_talk(*([3_000] * 10))

        assert a_plan(items, limit_tokens=LIMIT).summary.covers_to == 15

    def test_a_single_turn_stays_where_the_operator_wants_one(self) -> None:
        items = a_talk(*([3_000] * 10))

        made = a_plan(items, limit_tokens=LIMIT, shaping=shaped(recent_turns=1))

        assert made.summary.covers_to == 17

    def test_more_newest_turns_than_there_are_give_way_too(self) -> None:
        made = a_plan(
            a_talk(*([2_000] * 5)), limit_tokens=LIMIT, shaping=shaped(recent_turns=200)
        )

        assert made.summary.covers_to == 5

    def test_what_else_the_window_holds_takes_room_too(self) -> None:
        items = a_talk(208, 2_000, 2_000, 2_000, *([600] * 6))

        made = a_plan(items, limit_tokens=LIMIT, occupied_tokens=tokens(items) + 2)

        assert made.summary.covers_to == 9

    @pytest.mark.parametrize(("newest", "covers_to"), [(792, 7), (794, 9)])
    def test_with_the_threshold_off_the_whole_limit_is_what_may_be_held(
        self, newest: int, covers_to: int
    ) -> None:
        # 5,600 are aimed at, of which 840 are for words.
        items = a_talk(208, 2_000, 2_000, 2_000, *([752] * 5), newest)

        made = a_plan(items, limit_tokens=LIMIT, threshold=None)

        assert made.summary.covers_to == covers_to

    def test_a_result_that_falls_into_a_later_turn_is_not_cut_off(self) -> None:
        items = list(a_talk(*([300] * 10)))
        items[7] = an_item(7, a_tool_use("a"), "x" * 300, role="assistant", turn=3)
        items[8] = an_item(8, a_tool_result("a"), role="user", turn=4)

        assert a_plan(items).summary.covers_to == 5


class TestWhatIsSkipped:
    def test_nothing_is_no_transcript(self) -> None:
        assert planned((), occupied_tokens=100) == Skip(Obstacle.TOO_FEW_TURNS)

    @pytest.mark.parametrize(("turns", "is_plan"), [(7, False), (8, True)])
    def test_without_a_turn_in_the_middle_there_are_too_few(
        self, turns: int, *, is_plan: bool
    ) -> None:
        made = planned(a_talk(*([400] * turns)), force=True)

        assert isinstance(made, Plan) is is_plan
        assert is_plan or made == Skip(Obstacle.TOO_FEW_TURNS)

    @pytest.mark.parametrize(("middle", "is_plan"), [(256, True), (254, False)])
    def test_a_summary_that_could_say_nothing_frees_nothing(
        self, middle: int, *, is_plan: bool
    ) -> None:
        made = planned(a_talk(100, middle, *([100] * 6)))

        assert isinstance(made, Plan) is is_plan
        assert is_plan or made == Skip(Obstacle.NOTHING_TO_FREE)

    def test_a_reason_is_a_word_that_can_be_stored(self) -> None:
        assert [str(one) for one in Obstacle] == [
            "too_few_turns",
            "too_soon",
            "nothing_to_free",
        ]


class TestTheRoomForWords:
    def test_they_take_what_the_target_leaves(self) -> None:
        items = a_talk(100, 3_000, 3_000, *([300] * 6))

        made = a_plan(items, limit_tokens=LIMIT, occupied_tokens=9_000)

        bare = 9_000 - 6_000
        assert made.before_tokens == 9_000
        assert made.text_tokens == TARGET - bare
        assert made.after_tokens == TARGET

    def test_they_take_at_most_half_of_what_is_freed(self) -> None:
        made = a_plan(a_talk(100, 4_000, *([20] * 6)))

        # The target leaves 2,143.
        assert made.text_tokens == 2_000
        assert made.after_tokens == 220 + 2_000

    def test_they_have_a_share_even_where_the_target_is_missed(self) -> None:
        made = a_plan(a_talk(100, *([2_000] * 4), 3_000, 3_000), limit_tokens=LIMIT)

        assert made.text_tokens == 672
        assert made.after_tokens == 6_100 + 672

    @pytest.mark.parametrize(("primer", "text_tokens"), [(100, 128), (98, 128), (96, 128)])
    def test_they_have_some_room_in_the_smallest_window(
        self, primer: int, text_tokens: int
    ) -> None:
        made = a_plan(a_talk(primer, 300, *([100] * 6)))

        # The target is 560 of 1,000, which are less than the 700 that stay.
        assert made.text_tokens == text_tokens

    def test_a_window_that_is_not_full_is_still_brought_down(self) -> None:
        made = a_plan(a_talk(100, *([400] * 4), *([100] * 6)))

        # 56 % of 2,300 are 1,288, and 700 stay.
        assert made.before_tokens == 2_300
        assert made.text_tokens == 1_288 - 700
        assert made.after_tokens == 1_288

    def test_the_share_of_a_window_that_is_not_full_is_of_its_own_target(self) -> None:
        made = a_plan(a_talk(100, 4_000, *([600] * 6)), shaping=shaped(compaction_target=0.4))

        # The target is 3,080 of 7,700, and 3,700 stay.
        assert made.text_tokens == 462


class TestShorterResults:
    def test_old_results_become_lines_but_for_the_newest_three(self) -> None:
        items = a_talk_with_tools("p", *"abcde", *([None] * 6), size=2_000)

        made = a_plan(items, shaping=EASY)

        assert made.summary.stubbed == (result_of(items, 1), result_of(items, 2))
        assert not made.needs_notes
        assert made.summary.covers_to == -1
        assert made.summary.text == ""
        assert made.summary.kept == ()

    @pytest.mark.parametrize(("recent_turns", "old"), [(6, [1]), (5, [1, 2]), (1, [1, 2, 3])])
    def test_results_of_the_newer_turns_stay(self, recent_turns: int, old: list[int]) -> None:
        items = a_talk_with_tools(*"pabcdef", None, size=2_000)

        made = a_plan(items, shaping=shaped(compaction_target=0.99, recent_turns=recent_turns))

        assert made.summary.stubbed == tuple(result_of(items, turn) for turn in old)

    def test_results_of_the_first_turns_stay(self) -> None:
        items = a_talk_with_tools(*"abcdef", *([None] * 6), size=2_000)

        made = a_plan(items, shaping=shaped(compaction_target=0.99, primer_turns=2))

        assert made.summary.stubbed == (result_of(items, 2),)

    def test_of_newer_turns_what_was_got_again_becomes_a_line(self) -> None:
        items = a_talk_with_tools("p", "x", *"abcaba", size=2_000)

        made = a_plan(items, shaping=EASY)

        assert made.summary.stubbed == tuple(result_of(items, turn) for turn in (1, 2, 3, 5))

    def test_overlong_results_lose_their_middle(self) -> None:
        shaping = shaped(compaction_target=0.99, tool_output_bytes=1_000, tool_output_lines=99)
        sizes = {0: 3_000, 1: 1_000, 2: 3_000, 3: 3_000}
        items = a_talk_with_tools(*"pabc", sizes=sizes)

        made = a_plan(items, shaping=shaping)

        assert made.summary.clipped == (result_of(items, 2),)
        assert (made.summary.clip_bytes, made.summary.clip_lines) == (1_000, 99)
        assert made.after_tokens == tokens(view(items, made.summary))

    def test_results_with_too_many_lines_do_too(self) -> None:
        items = list(a_talk_with_tools(*"pabc"))
        at = result_of(items, 2)
        items[at] = an_item(at, a_tool_result("toolu_2", "r\n" * 301), role="user", turn=2)

        made = a_plan(items, shaping=EASY)

        assert made.summary.clipped == (at,)

    def test_a_line_is_not_cut_as_well(self) -> None:
        items = a_talk_with_tools("p", *"abcde", *([None] * 6), size=2_000)
        shaping = shaped(compaction_target=0.99, tool_output_bytes=1_000)

        made = a_plan(items, shaping=shaping)

        assert made.summary.stubbed == (result_of(items, 1), result_of(items, 2))
        assert made.summary.clipped == tuple(result_of(items, turn) for turn in (3, 4, 5))

    def test_a_cut_result_may_become_a_line_later(self) -> None:
        items = a_talk_with_tools("p", *"abcde", *([None] * 6), size=2_000)
        before = Summary(covers_to=-1, clipped=(result_of(items, 1),), clip_bytes=1_000)

        made = a_plan(items, summary=before, shaping=EASY)

        assert made.summary.stubbed == (result_of(items, 1), result_of(items, 2))
        assert made.summary.clipped == ()

    def test_what_was_shorter_stays_so(self) -> None:
        items = a_talk_with_tools("p", *"abcde", *([None] * 6), size=2_000)
        first, newer = result_of(items, 0), result_of(items, 4)
        before = Summary(covers_to=-1, stubbed=(newer,), clipped=(first,))

        made = a_plan(items, summary=before, shaping=EASY)

        assert made.summary.stubbed == (result_of(items, 1), result_of(items, 2), newer)
        assert made.summary.clipped == (first,)

    def test_the_newest_turn_stays_whole_whatever_it_repeats(self) -> None:
        items = a_talk_with_tools("a", "a", "a", size=2_000)
        newest = (
            an_item(20, "again", role="user", turn=9),
            an_item(21, a_tool_use("x", "a"), role="assistant", turn=9),
            an_item(22, a_tool_result("x", "r" * 20_000), role="user", turn=9),
            an_item(23, a_tool_use("y", "a"), role="assistant", turn=9),
            an_item(24, a_tool_result("y", "r" * 20_000), role="user", turn=9),
        )

        made = a_plan((*items, *newest), shaping=EASY)

        assert made.summary.stubbed == (result_of(items, 1), result_of(items, 2))
        assert made.summary.clipped == ()
        assert view((*items, *newest), made.summary)[-5:] == newest

    def test_they_are_enough_where_they_reach_the_target(self) -> None:
        items = a_talk_with_tools("p", *"abcde", *([None] * 6), size=2_000)
        old = Summary(covers_to=-1, stubbed=(result_of(items, 1), result_of(items, 2)))
        held, left = tokens(items), tokens(view(items, old))
        enough = shaped(compaction_target=(left + 0.5) / held)
        too_little = shaped(compaction_target=(left - 0.5) / held)

        assert a_plan(items, shaping=enough) == Plan(
            summary=old,
            needs_notes=False,
            before_tokens=held,
            after_tokens=left,
            bytes_per_token=1.0,
        )
        assert a_plan(items, shaping=too_little).needs_notes

    def test_by_hand_turns_are_merged_anyway(self) -> None:
        items = a_talk_with_tools("p", *"abcde", *([None] * 6), size=2_000)

        made = plan(
            items,
            summary=None,
            occupied_tokens=0,
            limit_tokens=ROOMY,
            threshold=0.8,
            shaping=EASY,
            facts=(),
            bytes_per_token=1.0,
        )
        assert isinstance(made, Plan)
        assert not made.needs_notes

        made = a_plan(items, shaping=EASY, force=True)

        assert made.needs_notes
        assert made.summary.stubbed == ()

    @pytest.mark.parametrize("size", [2_000, 10])
    def test_they_are_all_where_no_turn_can_be_merged(self, size: int) -> None:
        items = a_talk_with_tools(*"paaa", size=size)

        made = planned(items, shaping=shaped(compaction_target=0.1), force=True)

        if size == 2_000:
            assert isinstance(made, Plan)
            assert not made.needs_notes
            assert made.summary.stubbed == (result_of(items, 1), result_of(items, 2))
        else:
            assert made == Skip(Obstacle.TOO_FEW_TURNS)

    def test_lines_of_merged_turns_are_forgotten_and_others_stay(self) -> None:
        items = a_talk_with_tools(*"pbyxxxxb", None, None, size=2_000)
        shaping = shaped(tool_output_bytes=1_500)

        made = a_plan(items, shaping=shaping, force=True)

        assert made.needs_notes
        assert made.summary.covers_to == result_of(items, 3) + 1
        assert made.summary.stubbed == tuple(result_of(items, turn) for turn in (4, 5))
        assert made.summary.clipped == tuple(result_of(items, turn) for turn in (6, 7))
        assert made.before_tokens == tokens(items)
        assert made.after_tokens - made.text_tokens == tokens(view(items, made.summary))

    def test_a_line_in_the_last_merged_item_is_forgotten(self) -> None:
        items = a_talk_with_tools(*"pbyxxxxb", None, None, size=2_000)
        last = result_of(items, 3)

        made = a_plan((*items[: last + 1], *items[last + 2 :]), force=True)

        assert made.summary.covers_to == last
        assert made.summary.stubbed == tuple(result_of(items, turn) for turn in (4, 5))

    def test_a_line_in_the_first_turns_is_not_forgotten(self) -> None:
        items = a_talk_with_tools(*"pb", *([None] * 8), size=2_000)
        before = Summary(covers_to=-1, stubbed=(result_of(items, 0),), clipped=(2,))

        made = a_plan(items, summary=before, force=True)

        assert made.summary.stubbed == (result_of(items, 0),)


class TestAgain:
    BEFORE = Summary(covers_to=7, kept=(0, 1), text="<summary>\nearlier\n</summary>")

    def test_what_was_merged_stays_merged_and_more_is(self) -> None:
        made = a_plan(a_talk(*([600] * 14)), summary=self.BEFORE)

        assert made.summary.covers_to == 15
        assert made.summary.kept == (0, 1)
        assert made.summary.text == ""

    def test_the_words_for_what_was_merged_before_are_written_anew(self) -> None:
        items = a_talk(*([600] * 14))

        made = a_plan(items, summary=self.BEFORE)

        assert [remark.position for remark in made.remarks] == list(
            range(2, made.summary.covers_to + 1, 2)
        )

    def test_with_no_turn_more_it_is_too_soon(self) -> None:
        items = a_talk(*([600] * 10))

        assert planned(items, summary=self.BEFORE, force=True) == Skip(Obstacle.TOO_SOON)

    def test_a_turn_more_is_enough(self) -> None:
        items = a_talk(*([600] * 11))

        made = a_plan(items, summary=self.BEFORE, force=True)

        assert made.summary.covers_to == 9

    def test_shorter_results_alone_leave_what_was_merged_as_it_is(self) -> None:
        items = a_talk_with_tools(*([None] * 4), *"abcde", *([None] * 6), size=2_000)

        made = a_plan(items, summary=self.BEFORE, shaping=EASY)

        stubs = (result_of(items, 4), result_of(items, 5))
        assert made.summary == self.BEFORE.model_copy(update={"stubbed": stubs})
        assert summarised(made, notes_text="") == made.summary

    def test_newest_turns_that_are_too_large_bring_nothing_back(self) -> None:
        before = Summary(covers_to=15, kept=(0, 1), text="<summary>\nearlier\n</summary>")

        made = a_plan(a_talk(*([600] * 12)), summary=before, shaping=shaped(recent_turns=3))

        assert made.summary.covers_to == 17
        assert planned(a_talk(*([600] * 12)), summary=before) == Skip(Obstacle.TOO_SOON)

    def test_a_first_turn_that_was_merged_does_not_come_back(self) -> None:
        made = a_plan(
            a_talk(*([600] * 14)), summary=self.BEFORE, shaping=shaped(primer_turns=3)
        )

        assert made.summary.kept == (0, 1)

    def test_a_first_turn_of_which_a_part_was_merged_does_not_come_back(self) -> None:
        before = self.BEFORE.model_copy(update={"kept": (0,)})

        assert a_plan(a_talk(*([600] * 14)), summary=before).summary.kept == ()

    def test_a_first_turn_without_an_answer_does_not_come_back_either(self) -> None:
        items = a_talk(*([600] * 14))
        before = self.BEFORE.model_copy(update={"covers_to": 0, "kept": ()})

        made = a_plan((items[0], *items[2:]), summary=before)

        assert made.summary.kept == ()

    def test_a_first_turn_may_be_merged_later(self) -> None:
        shaping = shaped(primer_turns=0)

        made = a_plan(a_talk(*([600] * 14)), summary=self.BEFORE, shaping=shaping)

        assert made.summary.kept == ()

    def test_first_turns_that_were_never_merged_stay(self) -> None:
        before = Summary(covers_to=-1)

        made = a_plan(a_talk(*([600] * 14)), summary=before, shaping=shaped(primer_turns=2))

        assert made.summary.kept == (0, 1, 2, 3)


def a_fact(value: str, **given: object) -> Fact:
    fact = Fact(
        kind=FactKind.IDENTIFIER,
        name="order",
        value=value,
        message_id=None,
        said_at=NOON,
        origin=Origin.USER,
    )
    return replace(fact, **given)  # type: ignore[arg-type]  # what a fact takes


class TestWhatTheWordsAreMadeOf:
    ITEMS = a_talk(*([600] * 10), first=40)

    def test_the_persons_words_in_the_merged_turns(self) -> None:
        made = a_plan(self.ITEMS)

        assert made.summary.covers_to == 47
        assert [remark.position for remark in made.remarks] == [42, 44, 46]
        assert made.keep_user_tokens == 20_000
        assert made.bytes_per_token == 1.0

    def test_the_current_facts_of_the_merged_turns(self) -> None:
        facts = (
            a_fact("first", message_id=self.ITEMS[0].message_ids[0]),
            a_fact("said", message_id=self.ITEMS[2].message_ids[0]),
            a_fact("old", message_id=self.ITEMS[2].message_ids[0], superseded_by="said"),
            a_fact("answered", said_at=self.ITEMS[7].said_at),
            a_fact("done", kind=FactKind.SETTLEMENT, said_at=self.ITEMS[7].said_at),
            a_fact("newer", said_at=self.ITEMS[8].said_at),
            a_fact("newest", message_id=self.ITEMS[8].message_ids[0]),
            a_fact("elsewhere", message_id=MessageId("slack-x"), said_at=self.ITEMS[7].said_at),
        )

        made = a_plan(self.ITEMS, facts=facts)

        assert [fact.value for fact in made.facts] == ["said", "answered", "done"]

    def test_they_stand_in_the_summary_with_the_notes(self) -> None:
        facts = (a_fact("48213", message_id=self.ITEMS[2].message_ids[0]),)
        made = replace(a_plan(self.ITEMS, facts=facts), text_tokens=2_000)

        summary = summarised(made, notes_text="## goal\n- a lamp")

        assert summary.text.startswith("<summary>\n")
        assert "## goal\n- a lamp" in summary.text
        assert "- order: 48213" in summary.text
        assert summary.text.count("- 2026-11-20: qqq") == 3
        assert summary == made.summary.model_copy(update={"text": summary.text})

    def test_without_notes_the_rest_stands_alone(self) -> None:
        made = replace(a_plan(self.ITEMS), text_tokens=2_000)

        assert summarised(made, notes_text="").text.count("- 2026-11-20: qqq") == 3

    def test_notes_within_their_part_of_the_room_stay_whole(self) -> None:
        made = replace(a_plan(self.ITEMS), text_tokens=2_000, bytes_per_token=1.5)
        most_bytes = int(made.notes_tokens * 1.5)

        assert made.notes_tokens == 1_120
        assert "left out" not in summarised(made, notes_text="n" * most_bytes).text
        assert "left out" in summarised(made, notes_text="n" * (most_bytes + 2)).text

    def test_with_no_room_at_all_notes_have_none(self) -> None:
        assert replace(a_plan(self.ITEMS), text_tokens=128).notes_tokens == 0

    def test_the_persons_words_are_bounded_in_tokens(self) -> None:
        one = len("- 2026-11-20: ") + 291 + 1
        shaping = shaped(keep_user_tokens=2 * one)
        made = replace(a_plan(self.ITEMS, shaping=shaping), text_tokens=2_000)

        assert summarised(made, notes_text="").text.count("- 2026") == 2
        fewer = replace(made, keep_user_tokens=2 * one - 1)
        assert summarised(fewer, notes_text="").text.count("- 2026") == 1
        cheaper = replace(made, keep_user_tokens=one, bytes_per_token=2.0)
        assert summarised(cheaper, notes_text="").text.count("- 2026") == 2

    def test_the_words_fill_their_room_to_the_token(self) -> None:
        facts = tuple(
            a_fact(f"{number:04}", message_id=self.ITEMS[2].message_ids[0])
            for number in range(40)
        )
        made = a_plan(self.ITEMS, facts=facts)
        made = replace(made, text_tokens=2_000, remarks=made.remarks[:1])
        all_of_it = summarised(made, notes_text="noted").text
        exact = len(all_of_it) + 9

        fitting = summarised(replace(made, text_tokens=exact), notes_text="noted").text
        shorter = summarised(replace(made, text_tokens=exact - 1), notes_text="noted").text

        assert fitting == all_of_it
        assert estimated_block_tokens([a_text(fitting)], bytes_per_token=1.0) == exact
        assert all_of_it.count("- order") == 40
        assert shorter.count("- order") == 39

    def test_where_nothing_is_merged_no_words_are_needed(self) -> None:
        items = a_talk_with_tools("p", *"abcde", *([None] * 6), size=2_000)
        made = a_plan(items, shaping=EASY)

        assert (made.text_tokens, made.keep_user_tokens) == (0, 0)
        assert summarised(made, notes_text="ignored") == made.summary

    def test_a_plans_repr_shows_no_words(self) -> None:
        facts = (a_fact("48213", message_id=self.ITEMS[2].message_ids[0]),)
        made = a_plan(self.ITEMS, facts=facts)

        assert made.remarks
        assert made.facts
        assert "qqq" not in repr(made)
        assert "48213" not in repr(made)
        assert "Remark(" not in repr(made)
        assert "Fact(" not in repr(made)


class TestWhatItComesTo:
    ITEMS = a_talk(*([600] * 10))
    SUMMARY = Summary(covers_to=7, kept=(0, 1), text="t" * 391)

    def after(
        self, summary: Summary, *, before: Summary | None = None, occupied_tokens: int = 6_000
    ) -> int:
        return estimated_after(
            self.ITEMS,
            summary,
            before=before,
            occupied_tokens=occupied_tokens,
            bytes_per_token=1.0,
        )

    def test_merged_turns_go_and_the_summary_comes(self) -> None:
        assert self.after(self.SUMMARY) == 6_000 - 1_800 + 400

    def test_what_else_the_window_holds_stays(self) -> None:
        assert self.after(self.SUMMARY, occupied_tokens=7_000) == 7_000 - 1_400

    def test_it_is_measured_from_how_it_is_shown_now(self) -> None:
        more = Summary(covers_to=9, kept=(0, 1), text="t" * 391)

        assert self.after(more, before=self.SUMMARY, occupied_tokens=4_600) == 4_000
        assert self.after(self.SUMMARY, before=self.SUMMARY, occupied_tokens=5_000) == 5_000

    @pytest.mark.parametrize(
        ("before", "after", "share", "weak"),
        [
            (1_000, 600, 0.4, False),
            (1_000, 601, 0.399, True),
            (1_000, 0, 1.0, False),
            (1_000, 999, 0.001, True),
            (1_000, 1_000, 0.0, True),
            (1_000, 2_000, 0.0, True),
            (0, 0, 0.0, True),
            (5, 3, 0.4, False),
        ],
    )
    def test_less_than_two_fifths_freed_is_weak(
        self, *, before: int, after: int, share: float, weak: bool
    ) -> None:
        assert reduction(before, after) == pytest.approx(share)
        assert is_weak(before, after) is weak


@st.composite
def shapings(draw: st.DrawFn) -> Shaping:
    return shaped(
        compaction_target=draw(st.sampled_from([0.1, 0.56, 0.9])),
        primer_turns=draw(st.integers(0, 3)),
        recent_turns=draw(st.integers(1, 7)),
        keep_user_tokens=draw(st.sampled_from([0, 50, 20_000])),
        tool_output_bytes=draw(st.sampled_from([512, 10_240])),
    )


def call_ids(items: Sequence[Item], kind: str, key: str) -> list[object]:
    return [block[key] for item in items for block in item.blocks if block["type"] == kind]


def next_summary(
    items: Sequence[Item], before: Summary | None, shaping: Shaping, *, extra_tokens: int = 0
) -> Summary | None:
    """The summary after one more compaction at a limit that is always reached."""
    facts = merged((), facts_of(items))
    held = tokens(view(items, before), 3.0) + extra_tokens
    made = plan(
        items,
        summary=before,
        occupied_tokens=held,
        limit_tokens=2_000,
        threshold=0.8,
        shaping=shaping,
        facts=facts,
        bytes_per_token=3.0,
    )
    if isinstance(made, Skip):
        return None
    summary = summarised(made, notes_text="noted " * 200)
    after = estimated_after(
        items, summary, before=before, occupied_tokens=held, bytes_per_token=3.0
    )
    assert after <= made.after_tokens <= made.before_tokens
    return summary


@pytest.mark.slow
@given(transcripts(min_turns=3), shapings(), st.integers(0, 500))
def test_whatever_is_compacted_the_view_is_one_the_model_accepts(
    items: tuple[Item, ...], shaping: Shaping, extra_tokens: int
) -> None:
    summary = next_summary(items, None, shaping, extra_tokens=extra_tokens)

    shown = view(items, summary)

    newest = whole_turns(items)[-1]
    first = tuple(item for turn in whole_turns(items)[: shaping.primer_turns] for item in turn)
    assert shown[-len(newest) :] == newest
    assert shown[: len(first)] == first
    positions = [item.position for item in shown]
    assert positions == sorted(set(positions))
    assert set(call_ids(shown, "tool_result", "tool_use_id")) <= set(
        call_ids(shown, "tool_use", "id")
    )
    unanswered = set(call_ids(shown, "tool_use", "id")) - set(
        call_ids(shown, "tool_result", "tool_use_id")
    )
    assert unanswered.isdisjoint(call_ids(items, "tool_result", "tool_use_id"))
    assert tokens(shown, 3.0) <= tokens(items, 3.0)
    assert view(shown, summary) == shown
    following = an_item(items[-1].position + 1, "what now?", role="user", turn=99)
    prompt = assembled(
        instructions="Be kind.",
        briefing=None,
        items=(*shown, following),
        max_output_tokens=100,
    )
    assert_accepted(prompt.messages)


@pytest.mark.slow
@given(transcripts(min_turns=6), shapings(), st.lists(st.integers(1, 4), max_size=3))
def test_compacted_again_and_again_it_only_covers_more(
    items: tuple[Item, ...], shaping: Shaping, steps: list[int]
) -> None:
    turns = whole_turns(items)
    summaries: list[Summary | None] = [None]
    seen = 3
    for step in steps:
        part = tuple(item for turn in turns[:seen] for item in turn)
        before = summaries[-1]
        summary = next_summary(part, before, shaping)
        if summary is not None:
            summaries.append(summary)
            assert tokens(view(part, summary), 3.0) <= tokens(view(part, before), 3.0)
            shown = {item.position for item in view(part, summary)}
            assert shown <= {item.position for item in view(part, before)}
            assert view(part, summary)[-1] == part[-1]
        seen += step

    for one, other in pairwise(summaries[1:]):
        assert one is not None
        assert other is not None
        assert one.covers_to <= other.covers_to
        assert {at for at in one.stubbed if at > other.covers_to} <= set(other.stubbed)


@pytest.mark.slow
@pytest.mark.parametrize("tool_every", [0, 1, 4])
def test_a_long_conversation_is_brought_down_to_its_target(tool_every: int) -> None:
    items, planted = a_long_conversation(turns=300, tool_every=tool_every)
    facts = merged((), facts_of(items))
    held = tokens(items, 3.0)
    made = plan(
        items,
        summary=None,
        occupied_tokens=held,
        limit_tokens=int(held / 0.8),
        threshold=0.8,
        shaping=shaped(),
        facts=facts,
        bytes_per_token=3.0,
    )
    assert isinstance(made, Plan)

    summary = summarised(made, notes_text="- noted " * 300)

    after = estimated_after(
        items, summary, before=None, occupied_tokens=held, bytes_per_token=3.0
    )
    assert after <= 0.56 * held + 1
    assert not is_weak(held, after)
    if made.needs_notes:
        shown = "".join(str(item.blocks) for item in view(items, summary))
        assert all(one.value in shown for one in planted)


@pytest.mark.alone
def test_a_thousand_items_are_planned_in_milliseconds() -> None:
    items, _ = a_long_conversation(turns=500)
    facts = tuple(
        a_fact(f"ORD-{10_000 + turn * 37}", message_id=items[2 * turn].message_ids[0])
        for turn in range(2, 500, 5)
    )

    fastest = min(timed(items, facts) for _ in range(3))

    assert fastest < 0.1  # coverage, which traces every line, multiplies it


def timed(items: tuple[Item, ...], facts: tuple[Fact, ...]) -> float:
    begun = time.process_time()
    made = planned(items, occupied_tokens=100_000, facts=facts)
    assert isinstance(made, Plan)
    return time.process_time() - begun


def test_an_estimate_of_a_block_is_its_bytes_and_nine_tokens() -> None:
    assert tokens((an_item(0, "x" * 91),)) == 100
    assert estimated_tokens("x" * 91, bytes_per_token=1.0) == 92
