from decimal import Decimal

import pytest

from bot.model.prices import cost_usd
from context.usage import Usage

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("usage", "dollars"),
    [
        (Usage(input_tokens=MILLION), "4"),
        (Usage(cache_write_tokens=MILLION), "5"),
        (Usage(cache_read_tokens=MILLION), "0.20"),
        (Usage(output_tokens=MILLION), "20"),
    ],
)
def test_each_kind_of_token_has_its_price(usage: Usage, dollars: str) -> None:
    assert cost_usd("claude-opus-5-5", usage, is_long=False) == Decimal(dollars)


def test_a_long_prompt_costs_more_where_the_list_says_so() -> None:
    usage = Usage(input_tokens=MILLION, output_tokens=MILLION)

    assert cost_usd("claude-haiku-5-5", usage, is_long=False) == Decimal("0.60")
    assert cost_usd("claude-haiku-5-5", usage, is_long=True) == Decimal("3.00")
    assert cost_usd("claude-sonnet-5", usage, is_long=True) == Decimal(12)


def test_what_is_not_on_the_list_has_no_price_but_nothing_costs_nothing() -> None:
    assert cost_usd("telex-9", Usage(input_tokens=1), is_long=False) is None
    assert cost_usd("telex-9", Usage(), is_long=False) == 0
