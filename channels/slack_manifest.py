"""The manifest that an operator creates the Slack app from.

Fields as in Slack's app manifest reference, scopes as in its method and event pages (read
2026-11). New apps are agents: `agent_view` puts the conversation into the Messages tab.
"""

import json

from channels.commands import NAMES

_DESCRIPTION = "Remembers what you told it, however long you talk."

# What each is for, so that a scope whose reason goes away is seen to go.
_SCOPES = {
    "app_mentions:read": "app_mention",
    "assistant:write": "agent_view",
    "channels:history": "message.channels, conversations.replies",
    "chat:write": "chat.postMessage, chat.postEphemeral, assistant.threads.setStatus",
    "commands": "slash commands",
    "files:read": "files people send",
    "groups:history": "message.groups, conversations.replies",
    "im:history": "message.im, conversations.replies, conversations.history",
    "mpim:history": "message.mpim, conversations.replies",
    "users:read": "users.info",
}
# Calls come as `app_mention`; edits, deletions and `.stop` in threads only as `message`.
_EVENTS = ("app_mention", "message.channels", "message.groups", "message.im", "message.mpim")


def slack_manifest(public_url: str) -> str:
    """Write the manifest, as JSON, for a bot that Slack reaches at this address.

    Args:
        public_url: `https://host`, with or without a final slash.
    """
    webhooks = f"{public_url.rstrip('/')}/webhooks/slack"
    command = {
        "command": "/baton",
        "url": f"{webhooks}/commands",
        "description": "Ask the bot about itself",
        "usage_hint": f"[{' | '.join(sorted(NAMES))}]",
        "should_escape": False,
    }
    manifest = {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {"name": "Baton", "description": _DESCRIPTION},
        "features": {
            "bot_user": {"display_name": "baton", "always_online": True},
            # Without the last of these nobody can write in the direct chat.
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "agent_view": {
                "agent_description": _DESCRIPTION,
                "suggested_prompts": [{"title": "Help", "message": "What can you do?"}],
            },
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": list(_SCOPES)}},
        "settings": {
            "event_subscriptions": {
                "request_url": f"{webhooks}/events",
                "bot_events": list(_EVENTS),
            },
            "interactivity": {"is_enabled": True, "request_url": f"{webhooks}/interactivity"},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }
    return json.dumps(manifest, indent=2)
