"""Delivery: a session's outbox, in order, until nothing is left to say.

One message at a time. What the platform may have taken already is looked for before it is
sent again; a permanent refusal is recorded and what follows goes on.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import assert_never

import structlog

from bot import spans
from bot.ports import Clock
from bot.spans import Place, Span
from channels.port import Channel
from context.errors import DeliveryError, DeliveryUncertain
from context.messages import OutboundMessage, Provider
from storage.lanes import Claim, Lanes
from storage.outbox import NotYet, Outbox, ToSend, Unsettled

_LOOK_AFTER = timedelta(seconds=1)
"""A request that timed out may still be on its way: look for it a moment later."""

_LOOK_BACK = timedelta(seconds=5)
"""The platform's clock may be a little behind ours."""

_HOLD_UNCERTAIN = timedelta(seconds=30)
"""Longest that an unsettled message holds what follows; then it is sent again."""

_FIRST_PAUSE = timedelta(milliseconds=500)
_MOST_DOUBLINGS = 7
_LONGEST_PAUSE = timedelta(minutes=1)

_MOST_ATTEMPTS = 60
"""With the pauses between them they outlast an hour's outage of a platform."""

log = structlog.get_logger()


class Delivery:
    """Sends what the outbox holds."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        lanes: Lanes,
        channels: Mapping[Provider, Channel],
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._lanes = lanes
        self._channels = channels
        self._clock = clock

    async def deliver(self, claim: Claim) -> timedelta | None:
        """Send what is due; say when to come again for what is not.

        Raises:
            StoreUnavailable: The database is out of reach; nothing is lost.
        """
        while True:
            now = self._clock.now()
            match await self._outbox.next(claim, now=now):
                case None:
                    if await self._lanes.let_go(claim):
                        return None
                case NotYet(until=until):
                    return max(until - now, timedelta(milliseconds=50))
                case ToSend(outbound=outbound, attempts=attempts) as next_one:
                    with _told(claim, next_one) as span:
                        await self._send(claim, outbound, attempts=attempts, span=span)
                case Unsettled() as unsettled:
                    if (wait := await self._settle(claim, unsettled)) is not None:
                        return wait
                case never:
                    assert_never(never)

    async def _send(
        self, claim: Claim, outbound: OutboundMessage, *, attempts: int, span: Span
    ) -> None:
        channel = self._channels.get(outbound.to.provider)
        if channel is None:
            await self._fail(claim, outbound, code="channel_not_configured")
            return
        try:
            receipt = await channel.send(outbound)
        except DeliveryUncertain as error:
            span.fail("uncertain")
            log.warning("outbound.uncertain", outbox_id=outbound.outbox_id, reason=error.reason)
            await self._outbox.uncertain(claim, outbound.outbox_id, now=self._clock.now())
        except DeliveryError as error:
            span.fail(error.code)
            if error.retry_after is None:
                await self._fail(claim, outbound, code=error.code)
            else:
                wait = max(error.retry_after, _pause(attempts))
                await self._again(
                    claim, outbound, code=error.code, attempts=attempts, wait=wait
                )
        else:
            await self._outbox.sent(
                claim, outbound.outbox_id, receipt=receipt, now=self._clock.now()
            )

    async def _settle(self, claim: Claim, unsettled: Unsettled) -> timedelta | None:
        """Find out whether it arrived; say how long to wait before asking again."""
        outbound = unsettled.outbound
        waited = self._clock.now() - unsettled.uncertain_at
        if waited < _LOOK_AFTER:
            return _LOOK_AFTER - waited
        channel = self._channels.get(outbound.to.provider)
        if channel is None:
            await self._fail(claim, outbound, code="channel_not_configured")
            return None
        try:
            since = unsettled.since - _LOOK_BACK
            taken = await self._outbox.receipts(claim, since=since)
            receipt = await channel.find(outbound, since=since, taken=taken)
        except DeliveryError as error:
            if error.retry_after is not None and waited < _HOLD_UNCERTAIN:
                return min(error.retry_after, _HOLD_UNCERTAIN - waited)
            receipt = None
        now = self._clock.now()
        if receipt is not None:
            log.info("outbound.found", outbox_id=outbound.outbox_id)
            await self._outbox.sent(claim, outbound.outbox_id, receipt=receipt, now=now)
        else:
            log.info("outbound.sent_again", outbox_id=outbound.outbox_id)
            attempts = unsettled.attempts
            await self._again(
                claim, outbound, code="uncertain", attempts=attempts, wait=_pause(attempts)
            )
        return None

    async def _again(
        self,
        claim: Claim,
        outbound: OutboundMessage,
        *,
        code: str,
        attempts: int,
        wait: timedelta,
    ) -> None:
        """Put a message back that was not taken, unless it was tried often enough."""
        if attempts >= _MOST_ATTEMPTS:
            await self._fail(claim, outbound, code=code)
            return
        await self._outbox.later(
            claim, outbound.outbox_id, not_before=self._clock.now() + wait, code=code
        )

    async def _fail(self, claim: Claim, outbound: OutboundMessage, *, code: str) -> None:
        log.warning(
            "outbound.failed",
            outbox_id=outbound.outbox_id,
            provider=outbound.to.provider,
            code=code,
        )
        await self._outbox.failed(claim, outbound.outbox_id, code=code, now=self._clock.now())


def _told(claim: Claim, sending: ToSend) -> AbstractContextManager[Span]:
    """Tell of a message being sent, as part of the turn that said it."""
    return spans.span(
        "deliver",
        {
            spans.SESSION: claim.session_id,
            "baton.provider": sending.outbound.to.provider,
            "baton.attempt": sending.attempts,
        },
        outward=True,
        under=None if sending.turn_id is None else Place("turn", sending.turn_id),
    )


def _pause(attempts: int) -> timedelta:
    """How long a message rests after so many attempts: at first shortly, then up to a minute."""
    doublings = min(attempts - 1, _MOST_DOUBLINGS)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)
