from bot.admin.pages.reasons import compacted, ended, skipped, triggered
from context.categories import Trigger
from context.lifecycle import TerminationReason
from context.tidying import SkipReason
from storage.compactions import CompactionState


def test_every_reason_state_and_trigger_has_a_sentence_of_its_own() -> None:
    sentences = [
        *map(ended, TerminationReason),
        *map(triggered, Trigger),
        *map(skipped, SkipReason),
        *map(compacted, CompactionState),
    ]

    assert len(set(sentences)) == len(sentences)
    assert not any("_" in sentence for sentence in sentences if sentence)


def test_what_is_not_known_yet_is_written_as_words() -> None:
    assert triggered("full_moon") == "full moon"
    assert skipped("full_moon") == "full moon"
    assert (ended(None), triggered(None)) == ("for a reason that was not kept", None)
    assert skipped(None) == "for a reason that was not kept"
