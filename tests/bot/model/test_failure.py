"""Refusals of the Messages API, by kind."""

from datetime import timedelta

import httpx2
import pytest

from bot.model.claude import Claude
from bot.model.failure import retry_after
from context.errors import ModelBusy, ModelFault, ModelRefused, PromptTooLong
from tests.bot.model.canned import CannedApi
from tests.bot.model.prompts import a_prompt
from tests.clock import NOON

SPEND_CODES = ["enforced_spend_limit_reached", "contract_spend_limit_reached"]


@pytest.mark.parametrize("status", [408, 409, 429, 500, 501, 502, 503, 504, 529, 599])
async def test_what_passes_by_itself_is_busy(
    status: int, parrot: Claude, canned: CannedApi
) -> None:
    canned.refuse(status, "some_error", headers={"retry-after": "7"})

    with pytest.raises(ModelBusy) as caught:
        await parrot.answer(a_prompt())

    assert caught.value.reason == "some_error"
    assert caught.value.retry_after == timedelta(seconds=7)
    assert len(canned.bodies) == 1


@pytest.mark.parametrize("status", [401, 402, 403])
async def test_what_only_the_operator_can_mend_is_refused(
    status: int, parrot: Claude, canned: CannedApi
) -> None:
    canned.refuse(status, "some_error")

    with pytest.raises(ModelRefused) as caught:
        await parrot.answer(a_prompt())

    assert (caught.value.reason, caught.value.status) == ("some_error", status)


@pytest.mark.parametrize("code", SPEND_CODES)
async def test_a_spend_limit_is_refused_although_it_has_the_status_of_a_rate_limit(
    code: str, parrot: Claude, canned: CannedApi
) -> None:
    canned.refuse(429, "rate_limit_error", code=code, headers={"retry-after": "1"})

    with pytest.raises(ModelRefused) as caught:
        await parrot.answer(a_prompt())

    assert (caught.value.reason, caught.value.status) == (code, 429)


@pytest.mark.parametrize("whose", ["", "workspace "])
async def test_a_spend_limit_of_ones_own_is_refused_although_it_has_no_code(
    whose: str, parrot: Claude, canned: CannedApi
) -> None:
    said = f"You have reached your specified {whose}API usage limits. You will regain access"
    canned.refuse(400, "invalid_request_error", message=said)

    with pytest.raises(ModelRefused) as caught:
        await parrot.answer(a_prompt())

    assert (caught.value.reason, caught.value.status) == ("spend_limit_reached", 400)


async def test_an_organization_on_hold_is_refused(parrot: Claude, canned: CannedApi) -> None:
    canned.refuse(400, "invalid_request_error", code="organization_on_hold")

    with pytest.raises(ModelRefused) as caught:
        await parrot.answer(a_prompt())

    assert caught.value.reason == "organization_on_hold"


@pytest.mark.parametrize(
    ("status", "message"), [(400, "the prompt is too long"), (413, "request too large")]
)
async def test_a_refusal_for_length_without_sizes_has_none(
    *, status: int, message: str, parrot: Claude, canned: CannedApi
) -> None:
    canned.refuse(status, "invalid_request_error", message=message)

    with pytest.raises(PromptTooLong) as caught:
        await parrot.answer(a_prompt())

    assert (caught.value.prompt_tokens, caught.value.window_tokens) == (0, 0)


@pytest.mark.parametrize("status", [400, 404, 412, 418, 422, 431, 499])
async def test_any_other_refusal_is_a_fault_with_its_status(
    status: int, parrot: Claude, canned: CannedApi
) -> None:
    canned.refuse(status, "some_error", message="messages.0: a word of the person's")

    with pytest.raises(ModelFault) as caught:
        await parrot.answer(a_prompt())

    assert caught.value.status == status
    assert str(caught.value) == "model fault: some_error"


@pytest.mark.parametrize("kind", [None, 5, ["overloaded_error"], {}])
async def test_an_error_without_a_readable_type_is_named_by_its_status(
    kind: object, parrot: Claude, canned: CannedApi
) -> None:
    canned.refuse(503, kind)

    with pytest.raises(ModelBusy) as caught:
        await parrot.answer(a_prompt())

    assert caught.value.reason == "status 503"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "inf"}, 86_400),
        ({"retry-after": "99999999999999"}, 86_400),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Fri, 20 Nov 2026 13:00:30 +0100"}, 30),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:30 -0000"}, 30),
        ({"retry-after": "Fri, 20 Nov 2026 11:59:00 GMT"}, 0),
        ({"retry-after": "Fri, 20 Nov 9999 12:00:00 GMT"}, 86_400),
        ({"retry-after": "Fri, 99 Nov 2026 12:00:00 GMT"}, None),
    ],
)
def test_the_wait_that_is_asked_for_is_read_within_bounds(
    headers: dict[str, str], seconds: float | None
) -> None:
    asked = retry_after(httpx2.Headers(headers), NOON)

    assert asked == (None if seconds is None else timedelta(seconds=seconds))
