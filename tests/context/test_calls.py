from context.calls import CallOutcome
from tests.builders import a_model_call, an_errand


def test_a_call_is_booked_to_its_errand() -> None:
    call = a_model_call()

    assert call.errand == an_errand()
    assert call.errand.purpose == "reply"


def test_a_call_that_was_cut_off_is_known_by_its_outcome() -> None:
    assert CallOutcome("started") is CallOutcome.STARTED
