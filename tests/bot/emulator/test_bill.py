"""The model server's bill adds up, whatever becomes of its calls."""

from bot.emulator.servers.bill import Bill, BilledCall, BilledUsage


def a_call(number: int, *, model: str = "claude") -> BilledCall:
    usage = BilledUsage(
        input_tokens=1,
        cache_read_tokens=10,
        cache_write_5m_tokens=100,
        cache_write_1h_tokens=1_000,
        output_tokens=number,
    )
    return BilledCall(f"msg_{number}", model, usage)


def test_totals_are_per_model_and_over_all() -> None:
    bill = Bill()
    for call in (a_call(1), a_call(2), a_call(5, model="other")):
        bill.add(call)

    assert bill.total("claude").output_tokens == 3
    assert bill.total("other") == a_call(5).usage
    assert bill.total().prompt_tokens == 3 * 1_111
    assert bill.total().occupied_tokens == 3 * 1_111 + 8
    assert bill.total().cache_write_tokens == 3 * 1_100


def test_a_call_cut_short_costs_the_output_that_was_sent() -> None:
    bill = Bill()
    bill.add(a_call(7))

    bill.cut_short("msg_7", output_tokens=3)

    (call,) = bill.calls
    assert not call.whole
    assert call.usage.output_tokens == bill.total().output_tokens == 3


def test_old_calls_are_forgotten_but_not_their_cost() -> None:
    bill = Bill(keep_calls=2)
    for number in (1, 2, 3):
        bill.add(a_call(number))

    bill.cut_short("msg_1", output_tokens=0)

    assert [call.message_id for call in bill.calls] == ["msg_2", "msg_3"]
    assert bill.total().output_tokens == 6
