"""Nothing is lost, doubled, disordered or met with a false error, whatever dies meanwhile."""

import sys
from pathlib import Path

import pytest

from tests.chaos.kills import Victim
from tests.chaos.report import percentile, table
from tests.chaos.run import Plan, run

_WEB, _WORKER, _DATABASE = (Victim.WEB,), (Victim.WORKER,), (Victim.DATABASE,)
_RECOVER_WITHIN_S = 10

_SHORT = Plan(
    people=20,
    messages_each=10,
    ahead=20,
    workers=2,
    kills=(_WORKER, _WEB, _DATABASE, _WORKER),
    within_s=90,
)
_FULL = Plan(
    people=100,
    messages_each=20,
    ahead=50,
    workers=3,
    kills=(
        *(_WORKER,) * 8,
        *(_WEB,) * 5,
        *(_DATABASE,) * 5,
        (Victim.WORKER, Victim.DATABASE),
        (Victim.WORKER, Victim.WEB),
    ),
    within_s=600,
)


@pytest.mark.alone
@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(_SHORT, id="short", marks=pytest.mark.slow),
        pytest.param(_FULL, id="full", marks=pytest.mark.slow_chaos),
    ],
)
async def test_every_message_is_answered_once_and_in_order_whatever_dies(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = await run(plan, tmp_path)

    with capsys.disabled():
        sys.stdout.write(table(outcome))
    assert outcome.wrongs == []
    assert percentile(outcome.recoveries_s, 95) <= _RECOVER_WITHIN_S
