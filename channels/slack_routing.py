"""Bolt, between what somebody pressed or commanded and what makes a message of it.

Bolt is told only what it routes by, of a request that was verified and typed before. Left to
itself it would parse before it verifies, answer 500 to a timestamp that is no number, lose a
command that has the word "payload" in it, and log bodies. What people say does not come
through here: there is one thing to do with it, and no acknowledgement to word.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from channels.port import Received, WebhookReply
from channels.slack_events import from_actions, from_slash
from channels.slack_payloads import BlockActions, SlashCommand, UrlVerification
from channels.slack_web import silence
from context.messages import InboundMessage

_ANYTHING = re.compile("")

_PAYLOAD = "baton_payload"
_INBOUND = "baton_inbound"

Routed = UrlVerification | SlashCommand | BlockActions


class SlackRouting:
    """Routes what one workspace posts besides what is said in it.

    Args:
        client: Calls its Web API.
        now: The clock.
    """

    def __init__(self, client: AsyncWebClient, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._bolt = self._routes(client)

    async def routed(self, content: Routed) -> Received:
        """Give the message that somebody sent, if any, and what Slack gets back."""
        call = AsyncBoltRequest(
            body=_route(content),
            # The mode that takes a body in parts; else Bolt wants text, and parses it again.
            mode="socket_mode",
            context={_PAYLOAD: content},
        )
        answer = await self._bolt.async_dispatch(call)
        inbound: InboundMessage | None = call.context.get(_INBOUND)
        return Received(
            messages=() if inbound is None else (inbound,),
            reply=WebhookReply(
                status=answer.status,
                body=answer.body,
                content_type=answer.first_headers()["content-type"],
            ),
        )

    def _routes(self, client: AsyncWebClient) -> AsyncApp:
        """Bolt, with everything given that it would take from the environment.

        Only OAuth settings it still makes for itself where SLACK_CLIENT_ID is set; beside an
        `authorize` they do nothing.
        """
        bolt = AsyncApp(
            # Bolt takes the logger of this name, and silences it.
            name="slack_bolt",
            client=client,
            signing_secret="",
            authorize=_authorize,
            # Listeners run to their end before the answer: what they make is the result.
            process_before_response=True,
            request_verification_enabled=False,
            ssl_check_enabled=False,
            ignoring_self_events_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
            logger=silence(),
        )
        bolt.command(_ANYTHING)(self._obey)
        bolt.action(_ANYTHING)(self._press)
        bolt.error(_surface)
        return bolt

    async def _obey(self, context: AsyncBoltContext, ack: AsyncAck) -> None:
        command: SlashCommand = context[_PAYLOAD]
        context[_INBOUND] = from_slash(command, now=self._now())
        await ack()

    async def _press(self, context: AsyncBoltContext, ack: AsyncAck) -> None:
        pressed: BlockActions = context[_PAYLOAD]
        context[_INBOUND] = from_actions(pressed, now=self._now())
        await ack()


async def _authorize(context: AsyncBoltContext) -> AuthorizeResult:
    """Say that the app is installed where it is called; without a call to Slack."""
    return AuthorizeResult(enterprise_id=None, team_id=context.team_id)


async def _surface(error: Exception) -> None:
    """Let an error out of Bolt, which would make a bare 500 of it."""
    raise error


def _route(content: Routed) -> dict[str, object]:
    """What Bolt routes by. It trips over odd types in the rest of a body."""
    match content:
        case UrlVerification(challenge=challenge):
            return {"type": "url_verification", "challenge": challenge}
        case SlashCommand(command=command):
            return {"command": command, "team_id": content.team_id}
        case BlockActions(actions=actions):
            return {"type": "block_actions", "actions": [{"action_id": actions[0].action_id}]}
        case never:
            assert_never(never)
