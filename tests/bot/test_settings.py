"""The configuration: every bad variable named at once, and no value ever repeated."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.settings import Settings, environment, read, required
from channels.registry import KINDS
from channels.twilio import TwilioSettings
from context.errors import ConfigError
from context.policy import Thresholds

PLANTED = "swordfish-9000"


pytestmark = pytest.mark.usefixtures("unconfigured")


def faults(**variables: str) -> dict[str, str]:
    """What is said of variables when they are read with everybody's."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in variables.items():
            environment.setenv(name, value)
        with pytest.raises(ConfigError) as caught:
            read(Settings, *(kind.settings for kind in KINDS))
    return caught.value.faults


def test_nothing_needs_to_be_set() -> None:
    settings = read(Settings)

    assert settings.port == 8000
    assert settings.context_window_limit == 200_000
    assert settings.database_url is None
    assert settings.model_fallbacks == ()
    assert settings.thresholds == Thresholds()


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    monkeypatch.setenv("DATABASE_URL", "")

    assert read(Settings) == Settings()


def test_a_variable_is_read_whatever_its_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("log_level", "INFO")
    monkeypatch.setenv("LOG_FORMAT", "Json")

    assert (read(Settings).log_level, read(Settings).log_format) == ("info", "json")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("90", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        (" 12 H ", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
        ("off", None),
    ],
)
def test_a_duration_is_a_number_with_a_unit(
    written: str, meant: timedelta | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDLE_TIMEOUT", written)

    assert read(Settings).idle_timeout == meant


@pytest.mark.parametrize("written", ["0m", "-5m", "1.5h", "5w", "soon", "m", "9999999999d"])
def test_what_is_no_duration_is_told(written: str) -> None:
    assert faults(IDLE_TIMEOUT=written) == {
        "IDLE_TIMEOUT": "must be like `90s`, `30m`, `12h` or `7d`, or `off`"
    }


@pytest.mark.parametrize(("written", "meant"), [("30", 30), (" 7 ", 7), ("Off", None)])
def test_words_are_kept_for_a_number_of_days_or_for_ever(
    written: str, meant: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETENTION_DAYS", written)

    assert read(Settings).retention_days == meant


@pytest.mark.parametrize("written", ["soon", "-1", "1.5", "7d"])
def test_what_is_no_number_of_days_is_told(written: str) -> None:
    assert faults(RETENTION_DAYS=written) == {
        "RETENTION_DAYS": "must be a whole number of days, or `off`"
    }


def test_models_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_FALLBACKS", " claude-sonnet-5-5, ,claude-haiku-4-5,")

    assert read(Settings).model_fallbacks == ("claude-sonnet-5-5", "claude-haiku-4-5")


def test_a_dot_env_file_is_read_and_the_environment_goes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nMODEL=claude-sonnet-5-5\nUNKNOWN=1\n")
    monkeypatch.setenv("MODEL", "claude-haiku-4-5")

    settings = read(Settings)

    assert (settings.port, settings.model) == (9000, "claude-haiku-4-5")


@pytest.mark.parametrize(
    "name",
    ["WARNING_THRESHOLD", "COMPACTION_THRESHOLD", "CRITICAL_THRESHOLD", "ROTATION_THRESHOLD"],
)
def test_each_threshold_can_be_off_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "Off")

    shares = {
        field: getattr(read(Settings).thresholds, field) for field in Thresholds.__slots__
    }

    step = name.removesuffix("_THRESHOLD").lower()
    assert [field for field, share in shares.items() if share is None] == [step]


def test_thresholds_on_both_sides_of_one_that_is_off_must_ascend() -> None:
    said = faults(COMPACTION_THRESHOLD="off", CRITICAL_THRESHOLD="0.7")

    assert said == {"CRITICAL_THRESHOLD": "must be above WARNING_THRESHOLD"}


def test_every_threshold_out_of_order_is_named() -> None:
    said = faults(WARNING_THRESHOLD="0.9")

    assert said == {
        "COMPACTION_THRESHOLD": "must be above WARNING_THRESHOLD",
        "CRITICAL_THRESHOLD": "must be above WARNING_THRESHOLD",
    }


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "-1", "greater than or equal to 0"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("DB_POOL_SIZE", "1", "greater than or equal to 2"),
        ("DB_POOL_SIZE", "201", "less than or equal to 200"),
        ("WORKER_CONCURRENCY", "0", "greater than or equal to 1"),
        ("CONTEXT_WINDOW_LIMIT", "3999", "greater than or equal to 4000"),
        ("WARNING_THRESHOLD", "0", "greater than 0"),
        ("ROTATION_THRESHOLD", "1", "less than 1"),
        ("ROTATION_THRESHOLD", "nan", "less than 1"),
        ("CRITICAL_THRESHOLD", "never", "must be a number, or `off`"),
        ("LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("LOG_FORMAT", "xml", "'console' or 'json'"),
        ("PUBLIC_URL", "bot.example", "https?://"),
        ("PUBLIC_URL", "https://bot.example/path", "https?://"),
        ("ANTHROPIC_BASE_URL", "claude.example", "https?://"),
        ("DATABASE_URL", "mysql://host/name", "must begin with postgres://"),
        ("DATABASE_DIRECT_URL", "postgres://u:p@host:none/name", "a number as port"),
        ("SLACK_API_URL", "slack.example", "https?://"),
        ("TWILIO_ACCOUNT_SID", "XY1", "^AC"),
        ("TWILIO_WHATSAPP_FROM", "0049", "1-9"),
    ],
)
def test_a_bad_value_is_told_with_what_is_allowed(name: str, value: str, said: str) -> None:
    told = faults(**{name: value})

    assert list(told) == [name]
    assert said in told[name]


def test_every_bad_variable_is_named_at_once_and_never_its_value() -> None:
    bad = dict.fromkeys(
        (
            "PORT",
            "PUBLIC_URL",
            "DATABASE_URL",
            "DATABASE_DIRECT_URL",
            "DB_POOL_SIZE",
            "WORKER_CONCURRENCY",
            "ANTHROPIC_BASE_URL",
            "CONTEXT_WINDOW_LIMIT",
            "WARNING_THRESHOLD",
            "LOG_LEVEL",
            "SLACK_API_URL",
            "TWILIO_ACCOUNT_SID",
            "TWILIO_WHATSAPP_FROM",
            "TWILIO_API_URL",
        ),
        PLANTED,
    )
    secrets = dict.fromkeys(("SECRET_KEY", "ADMIN_TOKEN", "SLACK_SIGNING_SECRET"), PLANTED)

    said = faults(**bad, **secrets)

    assert said.keys() == bad.keys()
    assert PLANTED not in str(said)


def test_a_bad_database_address_repeats_no_password() -> None:
    said = faults(DATABASE_URL=f"postgres://user:{PLANTED}@[host/name")

    assert PLANTED not in str(said)


def test_no_secret_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "ADMIN_TOKEN", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, PLANTED)
    monkeypatch.setenv("DATABASE_URL", f"postgres://user:{PLANTED}@host/name")

    assert PLANTED not in repr(read(Settings))


def test_given_values_are_told_by_the_names_of_their_variables() -> None:
    with pytest.raises(ConfigError) as caught:
        read(partial(TwilioSettings, account_sid="XY1"))

    assert list(caught.value.faults) == ["TWILIO_ACCOUNT_SID"]


def test_the_faults_of_a_reading_that_is_no_class_have_no_prefix() -> None:
    with pytest.raises(ConfigError) as caught:
        read(lambda: TwilioSettings(account_sid="XY1"))

    assert list(caught.value.faults) == ["ACCOUNT_SID"]


def test_what_is_set_is_known_by_its_name_in_capitals(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MODEL=from-the-file\nport=9000\nREDACT=\n")
    monkeypatch.setenv("MODEL", "")
    monkeypatch.setenv("slack_bot_token", "xoxb")

    known = environment()

    assert (known["MODEL"], known["PORT"]) == ("from-the-file", "9000")
    assert known["SLACK_BOT_TOKEN"] == "xoxb"
    assert "REDACT" not in known


def test_all_that_is_missing_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        required({"DATABASE_URL": None, "SECRET_KEY": PLANTED, "MODEL": None})

    assert caught.value.faults == {"DATABASE_URL": "must be set", "MODEL": "must be set"}
    required({"SECRET_KEY": PLANTED})
