from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.admin.moments import moment
from bot.admin.query import HandoffsQuestion
from context.lifecycle import TerminationReason
from context.messages import SLACK, TraceId, UserId
from storage.cursor import Cursor
from storage.handoffs import HandoffFilter
from tests.builders import NOON


def asked(query: str) -> HandoffsQuestion:
    return HandoffsQuestion.model_validate(dict(parse_qsl(query)))


def test_nothing_asked_is_everything_fifty_at_a_time() -> None:
    question = asked("")

    assert question.wanted() == HandoffFilter()
    assert question.limit == 50
    assert question.cursor is None


def test_every_parameter_reaches_the_filter() -> None:
    cursor = Cursor(created_at=NOON, item_id="handoff-1")
    question = asked(
        "user_id=T1:U1&platform=slack&trace_id=ab12&agent_type=chat&project_id=atlas"
        "&termination_reason=forced_rotation&active=false&q=order+A-1042&limit=200"
        "&created_after=2026-11-20T12:00:00Z&created_before=2026-11-20T15:30:00%2B02:00"
        f"&cursor={cursor}"
    )

    assert question.limit == 200
    assert question.cursor == cursor
    assert question.wanted() == HandoffFilter(
        user_id=UserId("T1:U1"),
        platform=SLACK,
        trace_id=TraceId("ab12"),
        agent_type="chat",
        project_id="atlas",
        termination_reason=TerminationReason.FORCED_ROTATION,
        active=False,
        q="order A-1042",
        created_after=datetime(2026, 11, 20, 12, tzinfo=UTC),
        created_before=datetime(2026, 11, 20, 13, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize("query", ["user_id=+14155550100", "user_id=%2B14155550100"])
def test_a_phone_number_may_forget_to_escape_its_plus(query: str) -> None:
    assert asked(query).user_id == "+14155550100"


def test_a_zone_may_forget_to_escape_its_plus() -> None:
    question = asked("created_after=2026-11-20T12:00:00+00:00")

    assert question.created_after == NOON


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("limit=", "limit"),
        ("limit=10&limit=20", "limit"),
        ("cursor=garbage", "cursor"),
        ("cursor=", "cursor"),
        ("active=perhaps", "active"),
        ("platform=telex", "platform"),
        ("termination_reason=boredom", "termination_reason"),
        ("trace_id=", "trace_id"),
        ("trace_id=a%20b", "trace_id"),
        ("trace_id=ab%0A", "trace_id"),
        (f"trace_id={'a' * 65}", "trace_id"),
        ("agent_type=a%00", "agent_type"),
        ("project_id=caf%C3%A9", "project_id"),
        ("user_id=", "user_id"),
        ("user_id=a%00b", "user_id"),
        ("user_id=a%20b", "user_id"),
        (f"user_id={'a' * 129}", "user_id"),
        ("q=", "q"),
        ("q=a%00b", "q"),
        ("created_after=yesterday", "created_after"),
        ("created_after=2026-11-20", "created_after"),
        ("created_after=2026-11-20T12:00:00", "created_after"),
        ("created_after=1763640000", "created_after"),
        ("created_before=2026-13-20T12:00:00Z", "created_before"),
        ("created_before=0001-01-01T00:00:00%2B14:00", "created_before"),
        ("since=2026-11-20T12:00:00Z", "since"),
        ("USER_ID=T1:U1", "USER_ID"),
    ],
)
async def test_a_fault_names_its_field_and_does_not_repeat_its_value(
    api: httpx2.AsyncClient, query: str, field: str
) -> None:
    answer = await api.get(f"/handoffs?{query}")

    assert answer.status_code == 422
    assert answer.json()["field"] == field
    value = query.partition("=")[2]
    assert len(value) < 4 or value not in answer.text


async def test_a_parameter_of_the_path_cannot_be_given_again_behind_it(
    api: httpx2.AsyncClient,
) -> None:
    answer = await api.get("/users/T1:U1/handoffs/latest?user_id=T1:U2")

    assert (answer.status_code, answer.json()["field"]) == (422, "user_id")


@given(
    st.datetimes(
        min_value=datetime(1, 1, 2),  # noqa: DTZ001 - the strategy adds the zone
        max_value=datetime(9999, 12, 30),  # noqa: DTZ001 - the strategy adds the zone
        timezones=st.just(UTC) | st.just(timezone(timedelta(hours=-9, minutes=-30))),
    )
)
def test_every_moment_is_read_back(at: datetime) -> None:
    assert moment(at.isoformat()) == at
    assert moment(at.isoformat().replace("+00:00", "Z")) == at


@given(st.sampled_from(sorted(HandoffsQuestion.model_fields)), st.text(max_size=40))
def test_whatever_is_asked_ends_in_a_value_or_in_a_fault_of_its_field(
    name: str, text: str
) -> None:
    try:
        question = HandoffsQuestion.model_validate({name: text})
    except ValidationError as error:
        fields = {fault["loc"][0] for fault in error.errors()}
    else:
        fields = {name}
        assert isinstance(question.wanted(), HandoffFilter)

    assert fields == {name}
