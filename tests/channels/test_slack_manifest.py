"""The manifest that an operator gives to Slack."""

import json

import pytest
from pydantic import BaseModel

from channels.slack import KIND
from channels.slack_manifest import slack_manifest


class _Url(BaseModel):
    request_url: str


class _Events(_Url):
    bot_events: list[str]


class _Settings(BaseModel):
    event_subscriptions: _Events
    interactivity: _Url


class _Command(BaseModel):
    command: str
    url: str


class _Features(BaseModel):
    agent_view: dict[str, object]
    slash_commands: list[_Command]


class _Scopes(BaseModel):
    bot: list[str]


class _Oauth(BaseModel):
    scopes: _Scopes


class _Manifest(BaseModel):
    features: _Features
    oauth_config: _Oauth
    settings: _Settings


@pytest.mark.parametrize("public_url", ["https://bot.example", "https://bot.example/"])
def test_its_addresses_are_those_of_the_channel(public_url: str) -> None:
    manifest = _Manifest.model_validate_json(slack_manifest(public_url))

    named = {
        manifest.settings.event_subscriptions.request_url,
        manifest.settings.interactivity.request_url,
        manifest.features.slash_commands[0].url,
    }
    assert named == {f"https://bot.example{path}" for path in KIND.webhooks}


def test_it_asks_for_every_event_and_scope_that_is_used() -> None:
    manifest = _Manifest.model_validate_json(slack_manifest("https://bot.example"))

    events = set(manifest.settings.event_subscriptions.bot_events)
    scopes = set(manifest.oauth_config.scopes.bot)
    assert {"app_mention", "message.im", "message.channels", "message.groups"} <= events
    assert {"chat:write", "commands", "files:read", "users:read"} <= scopes
    for place in ("im", "channels", "groups", "mpim"):
        assert f"message.{place}" in events
        assert f"{place}:history" in scopes


def test_it_is_a_new_app_with_one_command() -> None:
    text = slack_manifest("https://bot.example")
    manifest = _Manifest.model_validate_json(text)

    assert [one.command for one in manifest.features.slash_commands] == ["/baton"]
    assert manifest.features.agent_view
    assert "assistant_view" not in text
    assert json.loads(text)["features"]["app_home"]["messages_tab_read_only_enabled"] is False
