"""The emulator plays what is missing and no more."""

import pytest

from bot.emulator.emulator import SLACK, TWILIO, Part, emulator, parts
from tests.clock import ManualClock

ORIGIN = "http://127.0.0.1:8000"
SECRET = "5ec2e7" * 10
SLACK_VARIABLES = {"SLACK_SIGNING_SECRET": "signing", "SLACK_BOT_TOKEN": "xoxb-real"}
TWILIO_VARIABLES = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_WHATSAPP_FROM": "+14155550199",
}


def played(**environment: str) -> dict[str, Part]:
    return {part.provider: part for part in parts(environment, origin=ORIGIN, secret=SECRET)}


def test_with_nothing_set_everything_is_played() -> None:
    found = played()

    assert found.keys() == {SLACK, TWILIO}
    assert found[SLACK].made_up.keys() == SLACK_VARIABLES.keys()
    assert found[TWILIO].made_up.keys() == TWILIO_VARIABLES.keys()


@pytest.mark.parametrize(
    ("variables", "left"), [(SLACK_VARIABLES, TWILIO), (TWILIO_VARIABLES, SLACK)]
)
def test_a_platform_whose_variables_are_all_set_is_real(
    variables: dict[str, str], left: str
) -> None:
    assert played(**variables).keys() == {left}


def test_a_variable_that_is_set_always_wins() -> None:
    part = played(TWILIO_ACCOUNT_SID="AC1", TWILIO_WHATSAPP_FROM="+14155550199")[TWILIO]

    assert part.made_up.keys() == {"TWILIO_AUTH_TOKEN"}
    assert part.variables["TWILIO_ACCOUNT_SID"] == "AC1"
    assert part.settings.keys() == {"auth_token", "api_url"}


def test_an_empty_variable_is_not_set() -> None:
    assert (
        "SLACK_BOT_TOKEN" in played(SLACK_BOT_TOKEN="", SLACK_SIGNING_SECRET="s")[SLACK].made_up
    )


def test_a_played_platform_is_found_where_it_is_served() -> None:
    found = played()

    assert found[SLACK].settings["api_url"] == f"{ORIGIN}/emulator/slack/api/"
    assert found[TWILIO].settings["api_url"] == ORIGIN


def test_an_address_that_the_operator_set_is_left_alone() -> None:
    part = played(SLACK_API_URL="https://slack.example/api/")[SLACK]

    assert "api_url" not in part.settings


def test_made_up_values_are_the_same_at_every_start() -> None:
    again = parts({}, origin=ORIGIN, secret=SECRET)

    assert again == tuple(played().values())
    assert parts({}, origin=ORIGIN, secret="another")[0].made_up != again[0].made_up


def test_made_up_values_tell_nothing_of_the_secret() -> None:
    values = [value for part in played().values() for value in part.made_up.values()]

    assert len(set(values)) == 5
    assert not any(SECRET[:8] in value for value in values)


def test_no_value_shows_itself() -> None:
    (slack, _) = parts({}, origin=ORIGIN, secret=SECRET)

    assert slack.made_up["SLACK_BOT_TOKEN"] not in repr(slack)


async def test_what_is_real_is_not_set_up() -> None:
    found = emulator(
        parts(SLACK_VARIABLES | TWILIO_VARIABLES, origin=ORIGIN, secret=SECRET),
        origin=ORIGIN,
        bot_url=ORIGIN,
        plays_model=False,
        now=ManualClock().now,
    )

    assert (found.slack, found.twilio, found.model) == (None, None, None)


async def test_people_write_to_the_number_that_is_set_and_sign_for_the_public_address() -> None:
    given = {"TWILIO_WHATSAPP_FROM": "whatsapp:+14155550199", "TWILIO_AUTH_TOKEN": " one, two"}
    found = emulator(
        parts(given, origin=ORIGIN, secret=SECRET),
        origin=ORIGIN,
        bot_url="https://bot.example",
        plays_model=True,
        now=ManualClock().now,
    )

    assert found.slack is not None
    assert found.model is not None
    assert found.twilio is not None
    texted = found.twilio.people.text("+14155550100", "Hello")
    assert texted.message.recipient == "whatsapp:+14155550199"
    assert texted.webhook.url == "https://bot.example/webhooks/twilio/whatsapp"
